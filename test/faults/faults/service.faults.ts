import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, Strike } from '../fault';
import type { Stage } from '../stage';

/** Some 60,000 samples: several parts, so that a worker can be hit between two of them. */
const longMinutes = 30_000;

/** Waits until somebody works on the ingestion and has written this many of its samples. */
async function untilUnderWay({ stage, load }: Strike, samples: number): Promise<void> {
  const sql = `SELECT FROM ingestion_work WHERE user_id = '${load.courier.history.userId}'
    AND lease_until > now() AND samples_done >= ${samples}`;
  for (let i = 0; i < 1000; i++) {
    if ((await stage.sql(sql)).length > 0) return;
    await delay(10);
  }
  load.tally.complain('nobody worked on the large body');
}

async function killWorkerInItsJob(strike: Strike): Promise<void> {
  const { stage, load, random } = strike;
  if (!(await load.courier.sendOnce(longMinutes))) load.tally.complain('the large body was not taken');
  await untilUnderWay(strike, 1);
  await delay(100 * random());
  await stage.endWorker();
  await stage.startWorker();
}

/** One process that answers, another one that works. */
async function separateRoles(stage: Stage): Promise<void> {
  await stage.restartService(null, { ROLE: 'api' });
  await stage.startWorker();
}

/** The service itself dies. */
export const serviceFaults: readonly Fault[] = [
  {
    name: 'the service is killed at a random moment',
    expected: 'refusals',
    rounds: { long: 50, short: 3 },
    async strike({ stage, load, random }) {
      await delay(1500 * random());
      await stage.restartService(load);
    },
  },
  {
    name: 'a worker is killed in the middle of its job',
    expected: 'nothing',
    rounds: { long: 5, short: 1 },
    prepare: separateRoles,
    strike: killWorkerInItsJob,
    async restore(stage) {
      await stage.endWorker();
      await stage.restartService();
    },
  },
];
