import type { Family } from '../../catalogue/family';
import type { ColumnBatch } from '../column-batch';
import { keptInstant, type TimeRange, timeColumnsOf } from '../family-times';
import { encodeInstant } from './encode-instant';

/** The rows of a user that are written anew: of each family those of a time; of a family that is missing, none. */
export type Region = ReadonlyMap<Family, TimeRange>;

/** The condition that a row of a family lies in a range of time, whose two ends are this parameter and the next. */
export function inRange(family: Family, alias: string, parameter: number): string {
  const { from, to } = timeColumnsOf(family);
  return `${alias}.${from} < $${parameter + 1}::timestamptz AND ${alias}.${to} >= $${parameter}::timestamptz`;
}

/** The two parameters for {@link inRange}. */
export function rangeParameters([fromMs, untilMs]: TimeRange): [Buffer, Buffer] {
  return [encodeInstant(fromMs), encodeInstant(untilMs)];
}

/** The rows of a batch that lie in its range, by the same measure as {@link inRange}; null when all do. */
export function rowsInRange(batch: ColumnBatch, range: TimeRange | undefined): Uint32Array | null {
  if (range === undefined) return new Uint32Array(0);
  const { from, to } = timeColumnsOf(batch.family);
  const begins = batch.numbers(from).values;
  const ends = batch.numbers(to).values;
  const rows = new Uint32Array(batch.length);
  let count = 0;
  for (let row = 0; row < batch.length; row++) {
    const isInside = keptInstant(begins[row] as number) < range[1] && keptInstant(ends[row] as number) >= range[0];
    if (isInside) rows[count++] = row;
  }
  return count === batch.length ? null : rows.slice(0, count);
}
