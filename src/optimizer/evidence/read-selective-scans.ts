import { thresholds } from '../thresholds';
import type { IndexFacts, SelectiveScan, StatementFacts, StatementsFacts, TableFacts } from './evidence';
import { explainStatement } from './explain-statement';
import { comparedColumns, type PlanNode, wholeScansOf } from './plan-node';
import { byRoot } from './read-tables';
import type { ReadingSession } from './reading-session';

/** Plans are made for this many statements, those that took most time. */
const explainedStatements = 40;

/** An index of more columns is rarely worth its size. */
const maxColumns = 3;

const planned = /^\s*(select|with|update|delete)\b/i;

const distinctSql = `
SELECT s.attname AS column, s.n_distinct::float8 AS distinct
  FROM pg_stats s WHERE format('%I.%I', s.schemaname, s.tablename)::regclass = $1::regclass AND NOT s.inherited`;

const hypopgSql = `SELECT quote_ident(n.nspname) AS schema FROM pg_extension e
  JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'hypopg'`;

interface Scanned {
  readonly table: string;
  readonly parts: readonly TableFacts[];
  readonly planRows: number;
  readonly filter: string | null;
}

/** A name as `schema.name` without quotes, as plans have it. */
function plainName(name: string): string {
  const plain = name.replaceAll('"', '');
  return plain.includes('.') ? plain : `public.${plain}`;
}

/** Finds plans that read large tables whole, and what an index would be on. */
export class SelectiveScanReader {
  private readonly parts: ReadonlyMap<string, readonly TableFacts[]>;
  private readonly rootByPlainName: ReadonlyMap<string, string>;

  constructor(
    private readonly session: ReadingSession,
    tables: readonly TableFacts[],
    private readonly indexes: readonly IndexFacts[],
  ) {
    this.parts = byRoot(tables);
    this.rootByPlainName = new Map(tables.map(({ name, root }) => [plainName(name), root]));
  }

  /** The selective scans among these statements, and the tables of which a plan needs most rows. */
  async read(
    statements: readonly StatementFacts[],
  ): Promise<Pick<StatementsFacts, 'selectiveScans' | 'tablesReadWhole'>> {
    const [server] = await this.session.query<{ version: number }>(
      `SELECT current_setting('server_version_num')::int AS version`,
    );
    const selectiveScans: SelectiveScan[] = [];
    const tablesReadWhole = new Set<string>();
    const often = statements.filter(({ text, calls }) => planned.test(text) && calls >= thresholds.indexCalls.value);
    for (const statement of often.slice(0, explainedStatements)) {
      const version = server?.version ?? 0;
      const plan = await explainStatement(this.session, statement.text, version);
      if (plan === null) continue;
      for (const scanned of this.largeScans(plan)) {
        const scan = await this.judge(statement, scanned, plan, version);
        if (scan === null) tablesReadWhole.add(scanned.table);
        else selectiveScans.push(scan);
      }
    }
    return { selectiveScans, tablesReadWhole };
  }

  /** Whole scans by table, with its partitions together, of tables large enough. */
  private largeScans(plan: PlanNode): Scanned[] {
    const scans = new Map<string, Scanned>();
    for (const { table, planRows, filter } of wholeScansOf(plan)) {
      const root = this.rootByPlainName.get(table);
      const parts = root === undefined ? [] : (this.parts.get(root) ?? []);
      const rows = parts.reduce((sum, { liveRows }) => sum + liveRows, 0);
      if (root === undefined || rows < thresholds.indexedRows.value) continue;
      const before = scans.get(root);
      scans.set(root, {
        table: root,
        parts,
        planRows: (before?.planRows ?? 0) + planRows,
        filter: filter ?? before?.filter ?? null,
      });
    }
    return [...scans.values()];
  }

  /** What an index for this scan would be; null when the plan is right to read the table whole. */
  private async judge(
    statement: StatementFacts,
    { table, parts, planRows, filter }: Scanned,
    plan: PlanNode,
    version: number,
  ): Promise<SelectiveScan | null> {
    if (filter === null) return null;
    const tableRows = parts.reduce((sum, { liveRows }) => sum + liveRows, 0);
    const largest = parts.reduce((a, b) => (b.liveRows > a.liveRows ? b : a));
    const distinct = await this.readDistinct(largest);
    const { equal, ranged } = comparedColumns(filter);
    const known = equal.filter((column) => distinct.has(column));
    const columns = [...known.sort((a, b) => (distinct.get(b) ?? 0) - (distinct.get(a) ?? 0)), ...ranged].slice(
      0,
      maxColumns,
    );
    const share = Math.min(
      planRows / tableRows,
      known.reduce((all, column) => all / (distinct.get(column) ?? 1), 1),
    );
    if (share > thresholds.indexSelectivity.value || this.hasIndexFor(table, columns[0])) return null;
    const [costBefore, costAfter] = await this.readCosts(statement.text, largest, columns, plan, version);
    // Where hypopg can say so and the index would not help, the table is read whole for a reason.
    if (costAfter !== null && costAfter * thresholds.indexCostFactor.value > costBefore) return null;
    return {
      statement,
      table,
      tableRows,
      planRows: Math.round(Math.min(planRows, tableRows * share)),
      columns,
      distinct: columns.map((column) => distinct.get(column) ?? 0),
      costBefore,
      costAfter,
    };
  }

  /** Different values of each column, as the last analyze found; negative ones are shares of the rows. */
  private async readDistinct({ name, liveRows }: TableFacts): Promise<ReadonlyMap<string, number>> {
    const rows = await this.session.query<{ column: string; distinct: number }>(distinctSql, [name]);
    return new Map(
      rows.map(({ column, distinct }) => [column, Math.max(1, distinct < 0 ? -distinct * liveRows : distinct)]),
    );
  }

  private hasIndexFor(table: string, column: string | undefined): boolean {
    if (column === undefined) return false;
    const quoted = column.replaceAll('"', '');
    return this.indexes.some(
      ({ rootTable, definition, isValid, method }) =>
        rootTable === table &&
        isValid &&
        method === 'btree' &&
        definition.replaceAll('"', '').match(/\((\w+)/)?.[1] === quoted,
    );
  }

  /** Cost of the statement now, and as hypopg pretends it with the index; null without hypopg. */
  private async readCosts(
    text: string,
    part: TableFacts,
    columns: readonly string[],
    plan: PlanNode,
    version: number,
  ): Promise<[before: number, after: number | null]> {
    const before = plan['Total Cost'];
    const [hypopg] = await this.session.query<{ schema: string }>(hypopgSql);
    if (hypopg === undefined || columns.length === 0) return [before, null];
    const index = `CREATE INDEX ON ${part.name} (${columns.join(', ')})`;
    const made = await this.session.attempt(async () => {
      await this.session.query(`SELECT ${hypopg.schema}.hypopg_create_index($1)`, [index]);
      return true;
    });
    if (made !== true) return [before, null];
    const after = await explainStatement(this.session, text, version);
    await this.session.query(`SELECT ${hypopg.schema}.hypopg_reset()`);
    return [before, after === null ? null : after['Total Cost']];
  }
}
