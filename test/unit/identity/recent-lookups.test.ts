import { beforeEach, expect, test } from 'vitest';
import { RecentLookups } from '../../../src/identity/recent-lookups';

let nowMs: number;
let asked: string[];
let answer: (key: string) => Promise<string | null>;
let lookups: RecentLookups<string>;

beforeEach(() => {
  nowMs = 1_000_000;
  asked = [];
  answer = (key) => Promise.resolve(`value of ${key}`);
  const lookUp = (key: string) => {
    asked.push(key);
    return answer(key);
  };
  lookups = new RecentLookups(lookUp, { maxEntries: 3, maxAgeMs: 2000, nowMs: () => nowMs });
});

test('an answer is used again for two seconds and not longer', async () => {
  expect(await lookups.get('a')).toBe('value of a');
  nowMs += 2000;
  await lookups.get('a');
  expect(asked).toEqual(['a']);
  nowMs += 1;
  answer = () => Promise.resolve('newer');
  expect(await lookups.get('a')).toBe('newer');
});

test('the age counts from the beginning of a look-up, however long it takes', async () => {
  let finish: (value: string) => void = () => undefined;
  answer = () => new Promise((resolve) => (finish = resolve));
  const slow = lookups.get('a');
  nowMs += 2001;
  finish('old');
  expect(await slow).toBe('old');
  answer = () => Promise.resolve('new');
  expect(await lookups.get('a')).toBe('new');
});

test('requests at the same time share one look-up', async () => {
  await Promise.all(Array.from({ length: 100 }, () => lookups.get('a')));
  expect(asked).toEqual(['a']);
});

test('what was not found is looked up again', async () => {
  answer = () => Promise.resolve(null);
  expect(await lookups.get('a')).toBeNull();
  answer = () => Promise.resolve('added');
  expect(await lookups.get('a')).toBe('added');
});

test('a failure reaches everybody who shares it and is not remembered', async () => {
  answer = () => Promise.reject(new Error('down'));
  const both = await Promise.allSettled([lookups.get('a'), lookups.get('a')]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(asked).toEqual(['a']);
  answer = () => Promise.resolve('up again');
  expect(await lookups.get('a')).toBe('up again');
});

test('a late failure does not forget a newer answer', async () => {
  let fail: (error: Error) => void = () => undefined;
  answer = () => new Promise((_resolve, reject) => (fail = reject));
  const slow = lookups.get('a');
  nowMs += 2001;
  answer = () => Promise.resolve('new');
  await lookups.get('a');
  fail(new Error('down'));
  await expect(slow).rejects.toThrow('down');
  await lookups.get('a');
  expect(asked).toEqual(['a', 'a']);
});

test('beyond the limit the look-up that began first is forgotten', async () => {
  for (const key of ['a', 'b', 'c', 'd']) await lookups.get(key);
  for (const key of ['b', 'c', 'd']) await lookups.get(key);
  expect(asked).toEqual(['a', 'b', 'c', 'd']);
  await lookups.get('a');
  expect(asked).toEqual(['a', 'b', 'c', 'd', 'a']);
});
