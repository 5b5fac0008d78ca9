import { setTimeout as delay } from 'node:timers/promises';
import type { Stage } from '../stage';
import type { FaultLoad } from './fault-load';

/**
 * Has the courier send a body that is worked on after its reply, and waits until it is, for 15 s at most; complains when
 * it was not. To be awaited while a fault lasts that work does not need the end of.
 */
export async function untilWorkedOff(stage: Stage, { courier, tally }: FaultLoad): Promise<void> {
  if (!(await courier.sendOnce(2000))) return tally.complain('the large body was not taken');
  const giveUpAtMs = performance.now() + 15_000;
  const sql = `SELECT FROM ingestion_work WHERE user_id = '${courier.history.userId}'`;
  while ((await stage.sql(sql)).length > 0) {
    if (performance.now() > giveUpAtMs) return tally.complain('a large body was not worked on while it lasted');
    await delay(50);
  }
}
