import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../fault';

/** The network between the service and PostgreSQL breaks in every way that a network does. */
export const networkFaults: readonly Fault[] = [
  {
    name: 'connections to PostgreSQL are cut and refused',
    expected: 'refusals',
    async strike({ stage }) {
      await stage.postgresRelay.cut();
      try {
        await delay(stage.lasting(5000, 1000));
      } finally {
        await stage.postgresRelay.mend();
      }
    },
  },
  {
    name: 'connections to PostgreSQL are reset again and again',
    expected: 'refusals',
    async strike({ stage, random }) {
      for (let i = 0; i < stage.lasting(60, 15); i++) {
        stage.postgresRelay.reset();
        await delay(20 + 200 * random());
      }
    },
  },
  {
    name: 'answers of PostgreSQL to COMMIT are lost',
    expected: 'refusals',
    async strike({ stage }) {
      stage.postgresRelay.loseAnswersTo('COMMIT', stage.lasting(40, 8));
      for (let i = 0; i < 500 && stage.postgresRelay.answersToLose > 0; i++) await delay(20);
    },
    restore({ postgresRelay }) {
      postgresRelay.loseAnswersTo('COMMIT', 0);
      return Promise.resolve();
    },
  },
  {
    name: 'the network to PostgreSQL loses everything and forgets its connections',
    expected: 'maybe',
    async strike({ stage }) {
      stage.postgresRelay.block();
      try {
        await delay(stage.lasting(12_000, 3000));
      } finally {
        stage.postgresRelay.unblock();
      }
    },
  },
  {
    name: 'the network to PostgreSQL is slow and slices everything',
    expected: 'nothing',
    async strike({ stage, load }) {
      // Connections are slow from their beginning: the service needs new ones.
      stage.postgresRelay.slow({ delayMs: 4, sliceBytes: 509 });
      await stage.restartService(load);
      await delay(stage.lasting(10_000, 3000));
    },
    async restore(stage) {
      stage.postgresRelay.slow(null);
      await stage.restartService();
    },
  },
];
