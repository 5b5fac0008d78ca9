import type { Family } from '../catalogue/family';
import type { ColumnBatch, NumberColumn } from './column-batch';
import { encodeArray } from './encode-array';
import { roundingMs, withinBounds } from './time-bounds';

/** The instants between which some samples of one member and metric lie. */
export interface StoredRange {
  readonly member: number;
  /** 0 in a family that has no metrics. */
  readonly metricId: number;
  lowMs: number;
  highMs: number;
  /** How many samples lie in it. */
  rows: number;
}

/** Groups rows of a batch (all of them, if null) into ranges by metric; `tell` is told each row's. */
export function rangesOf<T extends StoredRange>(
  member: number,
  batch: ColumnBatch,
  rows: Uint32Array | null,
  make: (range: StoredRange) => T,
  tell: (row: number, range: T) => void = () => undefined,
): T[] {
  const instants = batch.numbers('recorded_at').values;
  const metricIds = batch.family.key.includes('metric_id') ? batch.numbers('metric_id').values : null;
  const ranges = new Map<number, T>();
  let range: T | undefined;
  const count = rows?.length ?? batch.length;
  for (let i = 0; i < count; i++) {
    const row = rows?.[i] ?? i;
    const metricId = metricIds === null ? 0 : (metricIds[row] as number);
    const atMs = instants[row] as number;
    if (range?.metricId !== metricId) {
      range = ranges.get(metricId) ?? make({ member, metricId, lowMs: atMs, highMs: atMs, rows: 0 });
      ranges.set(metricId, range);
    }
    if (atMs < range.lowMs) range.lowMs = atMs;
    if (atMs > range.highMs) range.highMs = atMs;
    range.rows++;
    tell(row, range);
  }
  return [...ranges.values()];
}

/**
 * For a `FROM`: the stored rows `t` of each range `r`, the newest first and as many as each may have; `columns` are those
 * of `t`. `$1` are the users, {@link rangeParameters} the parameters from `first` on. A range is read by the primary key,
 * whatever else lies between the same instants, and other partitions are left out before the first range is looked at.
 */
export function storedInRanges(family: Family, first: number, columns: string): string {
  const [array, column, condition] = family.key.includes('metric_id')
    ? [`, $${first + 6}::int2[]`, ', metric_id', 'AND t.metric_id = r.metric_id']
    : ['', '', ''];
  const arrays = `$${first}::int2[], $${first + 1}::timestamptz[], $${first + 2}::timestamptz[], $${first + 3}::int4[]`;
  return `unnest(${arrays}${array}) WITH ORDINALITY AS r(member, low, high, most${column}, position)
 CROSS JOIN LATERAL (
   SELECT ${columns} FROM ${family.table} t
    WHERE t.user_id = ($1::uuid[])[r.member] ${condition}
      AND t.recorded_at BETWEEN r.low AND r.high AND ${withinBounds(first + 4)}
    ORDER BY t.recorded_at DESC LIMIT r.most) t`;
}

/** The parameters of {@link storedInRanges}; `mostOf` says how many rows of a range are read. */
export function rangeParameters<T extends StoredRange>(
  family: Family,
  ranges: readonly T[],
  mostOf: (range: T) => number,
): unknown[] {
  const rows = Uint32Array.from(ranges, (_, i) => i);
  const array = (type: NumberColumn['type'], pick: (range: T) => number): Buffer =>
    encodeArray([{ column: { kind: 'number', type, values: Float64Array.from(ranges, pick) }, rows }]);
  return [
    array('int2', ({ member }) => member + 1),
    array('timestamptz', ({ lowMs }) => lowMs),
    array('timestamptz', ({ highMs }) => highMs),
    array('int4', mostOf),
    (ranges.reduce((low, { lowMs }) => Math.min(low, lowMs), Number.POSITIVE_INFINITY) - roundingMs) / 1000,
    (ranges.reduce((high, { highMs }) => Math.max(high, highMs), Number.NEGATIVE_INFINITY) + roundingMs) / 1000,
    ...(family.key.includes('metric_id') ? [array('int2', ({ metricId }) => metricId)] : []),
  ];
}
