import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { UserTurns } from '../../../src/ingest/user-turns';

test('the writes of one user go one after another, those of others beside them, whatever becomes of them', async () => {
  const turns = new UserTurns();
  const log: string[] = [];
  const work =
    (name: string, pauseMs: number, fails = false) =>
    async () => {
      log.push(`${name} begins`);
      await delay(pauseMs);
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const results = await Promise.allSettled([
    turns.take('alice', work('a1', 40, true)),
    turns.take('alice', work('a2', 1)),
    turns.take('bob', work('b1', 1)),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(log).toEqual(['a1 begins', 'b1 begins', 'b1 ends', 'a1 ends', 'a2 begins', 'a2 ends']);
  expect(await turns.take('alice', work('a3', 1))).toBe('a3');
});
