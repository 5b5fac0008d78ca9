import type { PoolClient } from 'pg';
import type { Family } from '../../catalogue/family';
import type { TimeRange } from '../family-times';
import { inRange, type Region, rangeParameters } from './region';

/** Where the rows of a family are staged, until the transaction ends. */
export function stagedTable({ table }: Family): string {
  return `pg_temp.${table}`;
}

/** Where days are marked from {@link openStaging} on, by everybody: a mark on the real table would be waited for. */
export const stagedMarks = 'pg_temp.rollup_marks';

/** All columns of a family's rows but `revision`, which counts what is done to the real ones. */
export function columnsOf({ columns }: Family): readonly string[] {
  return ['user_id', ...columns.map(({ name }) => name), 'ingestion_seq'];
}

/**
 * Makes an empty table of this transaction's own for each of the families, of the same name and form as the real one and
 * in its place: what is read and written from here on by the bare name of a table is the staged one. Returns the schema
 * of the real ones, which are read and written by it alone.
 *
 * Order: the connection may have planned statements on the real tables, so all plans are made anew, and again when the
 * tables end with the transaction; PostgreSQL itself sees to the latter.
 */
export async function openStaging(client: PoolClient, families: Iterable<Family>): Promise<string> {
  const { rows } = await client.query('SELECT quote_ident(current_schema()) AS schema');
  const schema: string = rows[0].schema;
  const tables = ['rollup_marks', ...[...families].map(({ table }) => table)].map(
    (table) => `CREATE TEMP TABLE ${table} (LIKE ${schema}.${table} INCLUDING ALL) ON COMMIT DROP`,
  );
  await client.query([...tables, 'DISCARD PLANS', `SET LOCAL search_path = pg_temp, ${schema}`].join('; '));
  return schema;
}

/**
 * Puts into the staged tables what a region has of ingestions that are not written anew; those after `lastSeq` come later
 * than all that will be staged and are left out.
 */
export async function seedStaging(
  client: PoolClient,
  schema: string,
  userId: string,
  region: Region,
  seqs: readonly string[],
): Promise<void> {
  for (const [family, range] of region) {
    const columns = columnsOf(family).join(', ');
    await client.query(
      `INSERT INTO ${stagedTable(family)} (${columns})
       SELECT ${columns} FROM ${schema}.${family.table} t
        WHERE user_id = $1 AND ${inRange(family, 't', 2)} AND ingestion_seq <> ALL ($4::bigint[])
          AND ingestion_seq <= (SELECT max(seq) FROM unnest($4::bigint[]) AS seq)`,
      [userId, ...rangeParameters(range), seqs],
    );
  }
}

/** The range with all of every stored night that begins or ends outside of it; itself when there is none. */
export async function withWholeNights(
  client: PoolClient,
  schema: string,
  family: Family,
  userId: string,
  range: TimeRange,
): Promise<TimeRange> {
  const { rows } = await client.query(
    `SELECT floor(extract(epoch FROM min(started_at)) * 1000)::float8 AS from_ms,
            floor(extract(epoch FROM max(ended_at)) * 1000)::float8 + 1 AS until_ms
       FROM ${schema}.${family.table} t WHERE user_id = $1 AND ${inRange(family, 't', 2)}`,
    [userId, ...rangeParameters(range)],
  );
  const { from_ms: fromMs, until_ms: untilMs } = rows[0];
  return fromMs === null ? range : [Math.min(range[0], fromMs), Math.max(range[1], untilMs)];
}
