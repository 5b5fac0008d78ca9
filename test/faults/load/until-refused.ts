import { setTimeout as delay } from 'node:timers/promises';
import type { FaultLoad } from './fault-load';

/** Refusals after which it is clear that a fault has struck. */
const enoughRefusals = 3;

/** Waits until some more requests have been answered 503, for 15 s at most; complains when none was. */
export async function untilRefused({ tally }: FaultLoad): Promise<void> {
  const before = tally.refusals;
  const enough = before + enoughRefusals;
  const giveUpAtMs = performance.now() + 15_000;
  while (tally.refusals < enough && performance.now() < giveUpAtMs) await delay(20);
  if (tally.refusals === before) tally.complain('nobody was refused while it lasted');
}
