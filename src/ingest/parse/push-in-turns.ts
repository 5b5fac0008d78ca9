import { type LoopTurns, loopTurns } from '../../common/loop-turns';
import type { ExportIndexer } from './export-indexer';

/** Bytes between two breaths: 0.1 ms of work to index them, 0.4 ms to build or read them. */
export const stepBytes = 64 * 1024;

/**
 * Gives a chunk of any size to an indexer in small steps, each of which waits for its turn.
 *
 * Errors: rejects with ParseFault, as {@link ExportIndexer.push} throws it.
 */
export async function pushInTurns(indexer: ExportIndexer, chunk: Buffer, turns: LoopTurns = loopTurns): Promise<void> {
  for (let start = 0; start < chunk.length; start += stepBytes) {
    const breath = turns.breathe();
    if (breath !== undefined) await breath;
    indexer.push(chunk.length <= stepBytes ? chunk : chunk.subarray(start, start + stepBytes));
  }
}
