import type { LoopTurns } from '../../common/loop-turns';
import type { HealthDataReader } from './health-data-reader';

/** Bytes between two breaths: 0.3 ms of plain records. */
const stepBytes = 32 * 1024;

/**
 * Gives a reader the next bytes of a document in short steps, between which others have their turn; `afterStep` is told
 * of each and waited for. Errors: rejects as the reader and `afterStep` do.
 */
export async function pushInSteps(
  reader: HealthDataReader,
  chunk: Buffer,
  turns: LoopTurns,
  afterStep?: (bytes: number) => Promise<void> | undefined,
): Promise<void> {
  for (let start = 0; start < chunk.length; start += stepBytes) {
    const breath = turns.breathe();
    if (breath !== undefined) await breath;
    const step = chunk.length <= stepBytes ? chunk : chunk.subarray(start, start + stepBytes);
    reader.push(step);
    const after = afterStep?.(step.length);
    if (after !== undefined) await after;
  }
}
