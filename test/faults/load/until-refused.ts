import { setTimeout as delay } from 'node:timers/promises';
import type { FaultLoad } from './fault-load';

/** Refusals after which it is clear that a fault has struck. */
const enoughRefusals = 3;

/** Waits until some more requests have been answered 503, for 15 s at most. */
export async function untilRefused({ tally }: FaultLoad): Promise<void> {
  const enough = tally.refusals + enoughRefusals;
  const giveUpAtMs = performance.now() + 15_000;
  while (tally.refusals < enough && performance.now() < giveUpAtMs) await delay(20);
}
