import type { ProcessFigures } from '../monitoring/process-figures';
import type { StatementCounts } from './evidence/read-statements';
import type { ReadingSession } from './evidence/reading-session';
import type { OwnerSession } from './owner-session';

const statementsSource = 'statements';
const processPrefix = 'process:';

/** Snapshots are of no use after this. */
const keptFor = '2 days';

/** Two snapshots of the statements that windows lie between; null where there is none yet. */
export interface StatementSnapshots {
  readonly newer: StatementCounts | null;
  readonly older: StatementCounts | null;
}

/** The two newest snapshots of the statements. */
export async function readStatementSnapshots({ query }: ReadingSession): Promise<StatementSnapshots> {
  const rows = await query<{ content: StatementCounts }>(
    'SELECT content FROM optimizer_snapshots WHERE source = $1 ORDER BY taken_at DESC LIMIT 2',
    [statementsSource],
  );
  return { newer: rows[0]?.content ?? null, older: rows[1]?.content ?? null };
}

/** The latest figures of each process that told them within `withinS`. */
export async function readProcessFigures({ query }: ReadingSession, withinS: number): Promise<ProcessFigures[]> {
  const rows = await query<{ content: ProcessFigures }>(
    `SELECT DISTINCT ON (source) content FROM optimizer_snapshots
      WHERE source LIKE $1 AND taken_at > now() - $2 * interval '1 second'
      ORDER BY source, taken_at DESC`,
    [`${processPrefix}%`, withinS],
  );
  return rows.map(({ content }) => content);
}

/** Keeps the figures of a process in place of its earlier ones. */
export async function writeProcessFigures(
  { query }: OwnerSession,
  processId: string,
  figures: ProcessFigures,
): Promise<void> {
  const source = `${processPrefix}${processId}`;
  await query(
    `WITH earlier AS (DELETE FROM optimizer_snapshots WHERE source = $1)
     INSERT INTO optimizer_snapshots (source, taken_at, content) VALUES ($1, clock_timestamp(), $2)`,
    [source, JSON.stringify(figures)],
  );
}

/** Keeps the counts of the statements, unless a process has done so within the window; drops what is too old. */
export async function writeStatementCounts(
  { query }: OwnerSession,
  counts: StatementCounts,
  windowS: number,
): Promise<void> {
  await query(
    `INSERT INTO optimizer_snapshots (source, content)
     SELECT $1, $2 WHERE NOT EXISTS (
       SELECT FROM optimizer_snapshots WHERE source = $1 AND taken_at > now() - $3 * interval '1 second')
         ON CONFLICT DO NOTHING`,
    [statementsSource, JSON.stringify(counts), windowS],
  );
  await query(
    `DELETE FROM optimizer_snapshots
      WHERE taken_at < now() - greatest(interval '${keptFor}', 3 * $1 * interval '1 second')`,
    [windowS],
  );
}
