import type { BatchColumn, ColumnBatch } from './column-batch';

/** The rows of a batch, ready to be written. */
export interface OrderedRows {
  /** The first row of each key, sorted by key. */
  readonly first: Uint32Array;
  /** All rows of each key that occurs more than once, in the order they were added; sorted by key. */
  readonly repeated: readonly (readonly number[])[];
}

type Compare = (a: number, b: number) => number;

function compareColumn(column: BatchColumn): Compare {
  if (column.kind === 'number') {
    const { values } = column;
    return (a, b) => (values[a] as number) - (values[b] as number);
  }
  const values = column.values as readonly string[];
  return (a, b) => {
    const left = values[a] as string;
    const right = values[b] as string;
    return left === right ? 0 : left < right ? -1 : 1;
  };
}

/**
 * Sorts a batch's rows by the family's key and finds the keys that occur more than once.
 *
 * ORDER: any total order would do, as long as it is the same for all writers: two writers that take rows in the same
 * order cannot deadlock.
 */
export function orderRows(batch: ColumnBatch): OrderedRows {
  const compares = batch.family.key.map((name) => compareColumn(batch.column(name)));
  const compare: Compare = (a, b) => {
    for (const compareKey of compares) {
      const result = compareKey(a, b);
      if (result !== 0) return result;
    }
    return 0;
  };
  const rows = new Uint32Array(batch.length);
  // The phone sends in the order of time: most batches are sorted already, each key once.
  let isSorted = true;
  for (let row = 0; row < rows.length; row++) {
    rows[row] = row;
    isSorted &&= row === 0 || compare(row - 1, row) < 0;
  }
  if (isSorted) return { first: rows, repeated: [] };
  // Typed-array sort is stable: rows of one key keep the order in which they were sent.
  rows.sort(compare);
  let kept = 0;
  const repeated: number[][] = [];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const previous = kept === 0 ? undefined : (rows[kept - 1] as number);
    if (previous === undefined || compare(previous, row) !== 0) {
      rows[kept++] = row;
      continue;
    }
    const last = repeated.at(-1);
    if (last !== undefined && last[0] === previous) last.push(row);
    else repeated.push([previous, row]);
  }
  return { first: rows.subarray(0, kept), repeated };
}

function sameCell(column: BatchColumn, a: number, b: number): boolean {
  const left = column.values[a];
  const right = column.values[b];
  if (Buffer.isBuffer(left) && Buffer.isBuffer(right)) return left.equals(right);
  return left === right || Object.is(left, right);
}

/** True when two rows hold the same cells, by the same measure as the database's IS DISTINCT FROM. */
export function sameRow(batch: ColumnBatch, a: number, b: number): boolean {
  return batch.columns.every((column) => sameCell(column, a, b));
}
