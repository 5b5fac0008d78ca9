import { expect, test } from 'vitest';
import { answerKey, answerTag } from '../../../src/cache/cache-keys';
import { timeToLiveMs } from '../../../src/cache/cache-kinds';

const reader = { userId: '0192a2b4-0000-7000-8000-000000000001', timeZone: 'UTC' };

test('a key says its shape, kind, user, version and question', () => {
  const tag = answerTag(reader, 'd42', 20_000, '/v1/recent');
  expect(tag).toMatch(/^[\w-]{22}$/);
  expect(answerKey('recent', reader.userId, 'd42', tag)).toBe(`v1:recent:${reader.userId}:d42:${tag}`);
});

test('a tag is another one as soon as anything differs that the answer depends on', () => {
  const tags = [
    answerTag(reader, 'd1', 1, '/v1/recent'),
    answerTag({ ...reader, userId: '0192a2b4-0000-7000-8000-000000000002' }, 'd1', 1, '/v1/recent'),
    answerTag({ ...reader, timeZone: 'Europe/Berlin' }, 'd1', 1, '/v1/recent'),
    answerTag(reader, 'h1', 1, '/v1/recent'),
    answerTag(reader, 'd1', 2, '/v1/recent'),
    answerTag(reader, 'd1', 1, '/v1/recent?'),
  ];
  expect(new Set(tags).size).toBe(tags.length);
});

test('a time-to-live is never longer than promised and at most a tenth shorter, in whole ms', () => {
  const times = Array.from({ length: 1000 }, () => timeToLiveMs('metrics'));
  expect(Math.max(...times)).toBeLessThanOrEqual(600_000);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(540_000);
  expect(times.every(Number.isInteger)).toBe(true);
  expect(new Set(times).size).toBeGreaterThan(100);
});
