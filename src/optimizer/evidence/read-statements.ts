import type { StatementChange, StatementFacts, StatementsFacts } from './evidence';
import { advisorMark, type ReadingSession } from './reading-session';

/** Calls and time of each statement until an instant, by its id. */
export type StatementCounts = Readonly<Record<string, readonly [calls: number, totalMs: number]>>;

/** Statements that took less time than this many others are not looked at. */
const mostStatements = 200;

/** Longest part of a statement that is kept: its plan needs all of it. */
const maxCharacters = 20_000;

interface StatementRow {
  id: string;
  text: string;
  calls: number;
  total_ms: number;
  rows: number;
  share: number;
}

/** Statements of the database by their time. Those of utilities have no plan, and may hold what they were given. */
function statementsSql(schema: string): string {
  return `
SELECT queryid::text AS id, left(min(query), ${maxCharacters}) AS text, sum(calls)::float8 AS calls,
       sum(total_exec_time)::float8 AS total_ms, sum(rows)::float8 AS rows,
       coalesce(sum(total_exec_time) / nullif(sum(sum(total_exec_time)) OVER (), 0), 0)::float8 AS share
  FROM ${schema}.pg_stat_statements
 WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND toplevel AND queryid IS NOT NULL
   AND query ~* '^\\s*(select|with|insert|update|delete|merge)\\M' AND query NOT LIKE '%${advisorMark}%'
 GROUP BY queryid
 ORDER BY total_ms DESC LIMIT ${mostStatements}`;
}

const extensionSql = `
SELECT quote_ident(n.nspname) AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
 WHERE e.extname = 'pg_stat_statements'`;

const canReadSql = `SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS may`;

/** The statements of this database by their share of the time, or why they are not known. */
export async function readStatements({
  query,
  attempt,
}: ReadingSession): Promise<Pick<StatementsFacts, 'missing' | 'statements'>> {
  const [extension] = await query<{ schema: string }>(extensionSql);
  if (extension === undefined) return { missing: 'not_created', statements: [] };
  const rows = await attempt(() => query<StatementRow>(statementsSql(extension.schema)));
  if (rows === null) return { missing: 'not_loaded', statements: [] };
  const [rights] = await query<{ may: boolean }>(canReadSql);
  if (rows.length === 0 && rights?.may !== true) return { missing: 'not_allowed', statements: [] };
  const statements = rows.map(
    (row): StatementFacts => ({
      id: row.id,
      text: row.text.trim(),
      calls: row.calls,
      totalMs: row.total_ms,
      meanMs: row.total_ms / row.calls,
      rows: row.rows,
      share: row.share,
    }),
  );
  return { missing: null, statements };
}

/** The counts of these statements, to be compared with later ones. */
export function countStatements(statements: readonly StatementFacts[]): StatementCounts {
  return Object.fromEntries(statements.map(({ id, calls, totalMs }) => [id, [calls, totalMs]]));
}

/**
 * How statements changed between the window from `older` to `newer` and that from `newer` to now. Those that ran in only
 * one of them, or whose counts began anew, are left out.
 */
export function compareWindows(
  statements: readonly StatementFacts[],
  newer: StatementCounts,
  older: StatementCounts,
): StatementChange[] {
  return statements.flatMap(({ id, text, calls, totalMs }) => {
    const [newerCalls, newerMs] = newer[id] ?? [0, 0];
    const [olderCalls, olderMs] = older[id] ?? [0, 0];
    const [nowCalls, beforeCalls] = [calls - newerCalls, newerCalls - olderCalls];
    if (nowCalls <= 0 || beforeCalls <= 0) return [];
    const before = { calls: beforeCalls, meanMs: (newerMs - olderMs) / beforeCalls };
    return [{ id, text, before, now: { calls: nowCalls, meanMs: (totalMs - newerMs) / nowCalls } }];
  });
}
