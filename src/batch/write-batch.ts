import type { PoolClient } from 'pg';
import { families } from '../catalogue/families';
import type { Family } from '../catalogue/family';
import type { ColumnBatch } from './column-batch';
import { encodeArray } from './encode-array';
import { orderRows, sameRow } from './order-rows';
import { heldByLaterStatement, type PreparedStatement, upsertStatement } from './upsert-statement';

/** What became of the rows of one account line; the three add up to the rows given. */
export interface WriteCounts {
  stored: number;
  updated: number;
  unchanged: number;
}

/** Counts by account line: the value of the family's `accountBy` column, or null for the whole family. */
export type CountsByLine = Map<string | number | null, WriteCounts>;

/** Whose rows are written, as which ingestion, and how many a statement. */
export interface WriteScope {
  readonly userId: string;
  readonly ingestionSeq: string;
  readonly chunkRows: number;
}

/** The statements of each family, composed once. */
const statements = new Map(
  families.map((family) => [family, { upsert: upsertStatement(family), heldByLater: heldByLaterStatement(family) }]),
);

function statementsOf(family: Family): { upsert: PreparedStatement; heldByLater: PreparedStatement } {
  const found = statements.get(family);
  if (found === undefined) throw new Error(`${family.name} is not one of the families`);
  return found;
}

function lineOf(batch: ColumnBatch, row: number): string | number | null {
  const { accountBy } = batch.family;
  return accountBy === undefined ? null : ((batch.column(accountBy).values[row] ?? null) as string | number | null);
}

function countsOf(counts: CountsByLine, line: string | number | null): WriteCounts {
  const entry = counts.get(line) ?? { stored: 0, updated: 0, unchanged: 0 };
  counts.set(line, entry);
  return entry;
}

async function upsertRows(
  client: PoolClient,
  scope: WriteScope,
  batch: ColumnBatch,
  rows: Uint32Array,
): Promise<{ line: string | number | null; stored: number; updated: number }[]> {
  const values = [scope.userId, scope.ingestionSeq, ...batch.columns.map((column) => encodeArray(column, rows))];
  return (await client.query({ ...statementsOf(batch.family).upsert, values })).rows;
}

/** Indexes into `keys` of the rows whose key a later ingestion holds. */
async function heldByLater(
  client: PoolClient,
  scope: WriteScope,
  batch: ColumnBatch,
  keys: Uint32Array,
): Promise<ReadonlySet<number>> {
  const arrays = batch.family.key.map((name) => encodeArray(batch.column(name), keys));
  const { rows } = await client.query({
    ...statementsOf(batch.family).heldByLater,
    values: [scope.userId, scope.ingestionSeq, ...arrays],
  });
  return new Set(rows.map((row) => row.position - 1));
}

/**
 * Keys that a payload repeats count as if their samples had been sent one after another, the last one wins.
 *
 * The first of each key has been written and counted; what follows is compared in memory, and only the last is written.
 */
async function writeRepeated(
  client: PoolClient,
  scope: WriteScope,
  batch: ColumnBatch,
  repeated: readonly (readonly number[])[],
  counts: CountsByLine,
): Promise<void> {
  const held = await heldByLater(
    client,
    scope,
    batch,
    Uint32Array.from(repeated, (rows) => rows[0] as number),
  );
  const last: number[] = [];
  for (const [i, rows] of repeated.entries()) {
    let changed = false;
    for (let k = 1; k < rows.length; k++) {
      const entry = countsOf(counts, lineOf(batch, rows[k] as number));
      const differs = !held.has(i) && !sameRow(batch, rows[k - 1] as number, rows[k] as number);
      entry[differs ? 'updated' : 'unchanged']++;
      changed ||= differs;
    }
    if (changed) last.push(rows.at(-1) as number);
  }
  if (last.length > 0) await upsertRows(client, scope, batch, Uint32Array.from(last));
}

/**
 * Writes one family's column batch inside the caller's transaction and says what became of every row.
 *
 * Order: the caller holds the user's advisory lock, which makes the counts exact, and takes families in the order of
 * `families`. Errors: rejects as the database does; the transaction is then to be rolled back as a whole.
 */
export async function writeBatch(client: PoolClient, scope: WriteScope, batch: ColumnBatch): Promise<CountsByLine> {
  const counts: CountsByLine = new Map();
  const { first, repeated } = orderRows(batch);
  for (let start = 0; start < first.length; start += scope.chunkRows) {
    const rows = first.subarray(start, start + scope.chunkRows);
    for (const row of rows) countsOf(counts, lineOf(batch, row)).unchanged++;
    for (const { line, stored, updated } of await upsertRows(client, scope, batch, rows)) {
      const entry = countsOf(counts, line);
      entry.stored += stored;
      entry.updated += updated;
      entry.unchanged -= stored + updated;
    }
  }
  for (let start = 0; start < repeated.length; start += scope.chunkRows) {
    await writeRepeated(client, scope, batch, repeated.slice(start, start + scope.chunkRows), counts);
  }
  return counts;
}
