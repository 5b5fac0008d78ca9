import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../fault';
import { untilServed } from '../load/until-served';
import { untilWorkedOff } from '../load/until-worked-off';
import type { Stage } from '../stage';

async function setMemory(stage: Stage, bytes: string): Promise<void> {
  await stage.redis.ask(async (client) => {
    await client.config('SET', 'maxmemory-policy', 'noeviction');
    await client.config('SET', 'maxmemory', bytes);
  });
}

/** Whatever becomes of Redis, every request is answered as if nothing were. */
export const redisFaults: readonly Fault[] = [
  {
    name: 'Redis is killed and comes back empty',
    expected: 'nothing',
    rounds: { long: 3, short: 1 },
    async strike({ stage, load }) {
      await stage.redis.kill();
      await Promise.all([untilServed(load), untilWorkedOff(stage, load), delay(stage.lasting(10_000, 1500))]);
      await stage.redis.start();
    },
  },
  {
    name: 'Redis is frozen',
    expected: 'nothing',
    async strike({ stage, load }) {
      stage.redis.freeze();
      try {
        await Promise.all([untilServed(load), untilWorkedOff(stage, load), delay(stage.lasting(10_000, 3000))]);
      } finally {
        stage.redis.thaw();
      }
    },
  },
  {
    name: 'Redis is flushed with the queue in it',
    expected: 'nothing',
    // Nobody works on what is queued until it has been forgotten.
    prepare: (stage) => stage.restartService(null, { ROLE: 'api' }),
    async strike({ stage, load }) {
      if (!(await load.courier.sendOnce(2000))) load.tally.complain('the large body was not taken');
      for (let i = 0; i < stage.lasting(50, 10); i++) {
        await stage.redis.ask((client) => client.flushall());
        await delay(100);
      }
      await stage.startWorker();
    },
    async restore(stage) {
      await stage.endWorker();
      await stage.restartService();
    },
  },
  {
    name: 'Redis is full and evicts nothing',
    expected: 'nothing',
    async strike({ stage, load }) {
      await setMemory(stage, '1');
      try {
        await Promise.all([untilServed(load), delay(stage.lasting(10_000, 2000))]);
      } finally {
        await setMemory(stage, '0');
      }
    },
  },
  {
    name: 'the network to Redis is reset again and again',
    expected: 'nothing',
    async strike({ stage }) {
      for (let i = 0; i < stage.lasting(50, 10); i++) {
        stage.redisRelay.reset();
        await delay(100);
      }
    },
  },
  {
    name: 'Redis is absent at the start, and comes',
    expected: 'nothing',
    async strike({ stage, load }) {
      await stage.redis.kill();
      await stage.restartService(load);
      await Promise.all([untilServed(load), untilWorkedOff(stage, load), delay(stage.lasting(5000, 1000))]);
      await stage.redis.start();
      await delay(1000);
    },
  },
];
