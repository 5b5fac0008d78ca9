import { setTimeout as delay } from 'node:timers/promises';
import type { UserEntity } from '../identity/user.entity';
import type { ReplayService } from '../ingest/rederive/replay.service';
import type { ReplayPlace, ReplaySelection } from '../ingest/rederive/replay-selection';

/** Most ingestions that are open at once: enough for the worker to take many of a time together. */
const batchSize = 200;

/** Pause between two looks at how far the work has come, in ms. */
const followPauseMs = 200;

/** What became of them. */
export interface ReplayOutcome {
  readonly done: number;
  /** Ids with codes of those that could not be read again. */
  readonly failed: readonly string[];
  /** Still open when it was interrupted; they are done by whoever works next. */
  readonly left: number;
}

/**
 * Has all that is selected of some users written again, one user and one batch after another, in the order of receipt.
 * Ends early when `signal` is aborted; what is open by then stays open.
 */
export async function replayMany(
  service: ReplayService,
  users: readonly UserEntity[],
  selection: ReplaySelection,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<ReplayOutcome> {
  const failed: string[] = [];
  let done = 0;
  for (const { id: userId } of users) {
    let last: ReplayPlace | null = null;
    for (;;) {
      if (signal.aborted) return { done, failed, left: 0 };
      const places: readonly ReplayPlace[] = await service.page(userId, selection, last, batchSize);
      last = places.at(-1) ?? null;
      if (last === null) break;
      await service.replayAll(userId, places);
      for (;;) {
        const state = await service.follow(userId, places);
        onProgress(done + places.length - state.open);
        if (state.open === 0) failed.push(...state.failed);
        if (state.open === 0) break;
        if (signal.aborted) return { done: done + places.length - state.open, failed, left: state.open };
        await delay(followPauseMs);
      }
      done += places.length;
    }
  }
  return { done, failed, left: 0 };
}
