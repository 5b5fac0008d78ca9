import type { PoolClient } from 'pg';
import { Granularity } from '../catalogue/granularity';
import type { ColumnBatch } from './column-batch';
import { encodeArray } from './encode-array';
import type { WriteScope } from './write-batch';

/**
 * Rows of a batch whose granularity was inferred from the other samples of their block (rule 3 of `granularity.ts`).
 *
 * `isFirm` tells for each whether the block had enough samples to be sure of its own.
 */
export interface InferredRows {
  readonly rows: readonly number[];
  readonly isFirm: readonly boolean[];
}

/** The columns that say what was read; when all are the same, it is the same reading. */
const readingColumns = ['value', 'min', 'max', 'systolic', 'diastolic'];

interface StoredRow {
  readonly position: number;
  readonly granularity: number;
  readonly is_same: boolean;
}

function lookUpStatement(batch: ColumnBatch): { name: string; text: string; columns: string[] } {
  const { family } = batch;
  const key = family.key.filter((name) => name !== 'granularity');
  const readings = family.columns.map(({ name }) => name).filter((name) => readingColumns.includes(name));
  const columns = [...key, ...readings];
  const typeOf = (name: string): string => family.columns.find((column) => column.name === name)?.type as string;
  const arrays = columns.map((name, i) => `$${i + 2}::${typeOf(name)}[]`);
  const isSame = `(${readings.map((name) => `t.${name}`)}) IS NOT DISTINCT FROM (${readings.map((name) => `u.${name}`)})`;
  return {
    name: `stored_granularities_${family.name}`,
    text: `
SELECT u.position::int, t.granularity, ${isSame} AS is_same
  FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS u(${columns.join(', ')}, position)
  JOIN ${family.table} t ON t.user_id = $1::uuid AND ${key.map((name) => `t.${name} = u.${name}`).join(' AND ')}`,
    columns,
  };
}

function coversDays(granularity: number): boolean {
  return granularity >= Granularity.day;
}

/** The stored granularity that a sample is taken for, or its own. */
function choose(own: number, isFirm: boolean, stored: readonly StoredRow[]): number {
  if (stored.some(({ granularity }) => granularity === own)) return own;
  const same = stored.find(({ is_same: isSame }) => isSame);
  if (same !== undefined) return same.granularity;
  const kindred = stored.find(({ granularity }) => coversDays(granularity) === coversDays(own));
  return isFirm || kindred === undefined ? own : kindred.granularity;
}

/** The stored rows with the keys of the given ones, whatever their granularity, by position among those given. */
async function readStored(
  client: PoolClient,
  scope: WriteScope,
  batch: ColumnBatch,
  rows: readonly number[],
): Promise<ReadonlyMap<number, readonly StoredRow[]>> {
  const { name, text, columns } = lookUpStatement(batch);
  const arrays = columns.map((column) => encodeArray(batch.column(column), Uint32Array.from(rows)));
  const found = await client.query<StoredRow>({ name, text, values: [scope.userId, ...arrays] });
  const storedOf = new Map<number, StoredRow[]>();
  for (const stored of found.rows) {
    const others = storedOf.get(stored.position - 1);
    if (others === undefined) storedOf.set(stored.position - 1, [stored]);
    else others.push(stored);
  }
  return storedOf;
}

/**
 * Rule 4 of `granularity.ts`: finds the granularity of samples whose own is inferred and that are stored already, in
 * other company. Returns the batch with the granularities that result.
 *
 * Order: under the user's advisory lock, before the batch is written; it changes nothing, so it can be run again.
 */
export async function adoptGranularity(
  client: PoolClient,
  scope: WriteScope,
  batch: ColumnBatch,
  inferred: InferredRows,
): Promise<ColumnBatch> {
  const granularities = batch.numbers('granularity').values.slice();
  // In chunks, because each statement has a time limit of its own.
  for (let start = 0; start < inferred.rows.length; start += scope.chunkRows) {
    const end = start + scope.chunkRows;
    const storedOf = await readStored(client, scope, batch, inferred.rows.slice(start, end));
    for (const [i, stored] of storedOf) {
      const row = inferred.rows[start + i] as number;
      granularities[row] = choose(granularities[row] as number, inferred.isFirm[start + i] as boolean, stored);
    }
  }
  return batch.withColumn('granularity', granularities);
}
