import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../fault';
import { untilRefused } from '../load/until-refused';

/** PostgreSQL itself stops, dies and comes back. */
export const postgresFaults: readonly Fault[] = [
  {
    name: 'PostgreSQL is restarted',
    expected: 'refusals',
    rounds: { long: 3, short: 1 },
    async strike({ stage }) {
      await stage.postgres.stop();
      await stage.postgres.start();
    },
  },
  {
    name: 'PostgreSQL is stopped hard',
    expected: 'refusals',
    rounds: { long: 3, short: 1 },
    async strike({ stage }) {
      await stage.postgres.stopHard();
      await stage.postgres.start();
    },
  },
  {
    name: 'PostgreSQL is killed',
    expected: 'refusals',
    rounds: { long: 5, short: 1 },
    async strike({ stage, load }) {
      // What has just been acknowledged is what could be lost.
      await stage.postgres.kill(load.nextAcknowledgement());
      await stage.postgres.start();
    },
  },
  {
    name: 'PostgreSQL is frozen',
    expected: 'refusals',
    async strike({ stage, load }) {
      stage.postgres.freeze();
      try {
        // No longer: phones wait for their answers only a few seconds more.
        await untilRefused(load);
      } finally {
        stage.postgres.thaw();
      }
    },
  },
  {
    name: 'PostgreSQL is gone for a while',
    expected: 'refusals',
    async strike({ stage }) {
      await stage.postgres.stop();
      try {
        await delay(stage.lasting(30_000, 5000));
      } finally {
        await stage.postgres.start();
      }
    },
  },
];
