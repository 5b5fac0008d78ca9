import type { ColumnBatch } from '../../batch/column-batch';
import { timeColumnsOf } from '../../batch/family-times';
import { isTimed } from '../../catalogue/family';
import { historyEdgeMs } from '../../database/data-version';

/**
 * Whether writing these samples may change what is known of the days before yesterday: one of them lies there, or is a
 * thing with an id of its own (a workout, an event, a recording), which replaces itself wherever it was before.
 */
export function touchesHistory(batches: readonly ColumnBatch[], nowMs: number): boolean {
  const edgeMs = historyEdgeMs(nowMs);
  return batches.some((batch) => {
    const { family, length } = batch;
    if (length === 0) return false;
    if (!isTimed(family) && family.name !== 'sleep_night') return true;
    const begins = batch.numbers(timeColumnsOf(family).from).values;
    for (let row = 0; row < length; row++) if ((begins[row] as number) < edgeMs) return true;
    return false;
  });
}
