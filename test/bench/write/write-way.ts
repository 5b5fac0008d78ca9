import type { Client } from 'pg';
import type { ColumnBatch } from '../../../src/batch/column-batch';

/** What one batch took: turning columns into what is sent, and everything after it until COMMIT. */
export interface WriteTimes {
  readonly encodeMs: number;
  readonly serverMs: number;
}

/** A way into `heart_rate_metrics`, from a column batch in memory to COMMIT. */
export type WriteBatchOnce = (client: Client, userId: string, batch: ColumnBatch) => Promise<WriteTimes>;

/** How long some work took, in ms. */
export async function elapsedMs(work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** How long some work took and what came of it, for work that never waits. */
export function timed<Result>(work: () => Result): { ms: number; result: Result } {
  const startMs = performance.now();
  const result = work();
  return { ms: performance.now() - startMs, result };
}
