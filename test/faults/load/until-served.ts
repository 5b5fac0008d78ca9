import { setTimeout as delay } from 'node:timers/promises';
import type { FaultLoad } from './fault-load';

/**
 * Waits until each phone has been served a request that it began after now, for 15 s at most; complains when one was not.
 * To be awaited while a fault lasts that nobody is to notice: an answer that comes only when it is over is none.
 */
export async function untilServed(load: FaultLoad): Promise<void> {
  const sinceMs = performance.now();
  while (!load.hasServedAllSince(sinceMs)) {
    if (performance.now() > sinceMs + 15_000) return load.tally.complain('a phone was not served while it lasted');
    await delay(20);
  }
}
