import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../fault';

/** The service itself dies. */
export const serviceFaults: readonly Fault[] = [
  {
    name: 'the service is killed at a random moment',
    expected: 'refusals',
    rounds: { long: 50, short: 4 },
    async strike({ stage, load, random }) {
      await delay(1500 * random());
      await stage.restartService(load);
    },
  },
];
