import { expect, test } from 'vitest';
import { SharedQuery } from '../../../src/database/shared-query';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('one question alone is asked at once, and those that come meanwhile share the next statement', async () => {
  const asked: string[] = [];
  const query = new SharedQuery<string, string>(async (keys) => {
    asked.push(keys.join(' '));
    await turn();
    return keys.map((key) => key.toUpperCase());
  });
  const first = query.ask('a');
  expect(asked).toEqual(['a']);
  expect(await Promise.all([first, query.ask('b'), query.ask('c')])).toEqual(['A', 'B', 'C']);
  expect(asked).toEqual(['a', 'b c']);
  expect(await query.ask('d')).toBe('D');
});

test('a failure is that of all who shared it, and of nobody else', async () => {
  const query = new SharedQuery<string, string>(async (keys) => {
    await turn();
    if (keys.includes('bad')) throw new Error('failed');
    return [...keys];
  });
  const results = await Promise.allSettled(['a', 'bad', 'b'].map((key) => query.ask(key)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(await query.ask('c')).toBe('c');
});

test('a statement that answers another number of questions is a failure', async () => {
  const query = new SharedQuery<string, string>(() => Promise.resolve([]));
  await expect(query.ask('a')).rejects.toThrow('1 keys were given 0 values');
});
