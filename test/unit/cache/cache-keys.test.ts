import { expect, test } from 'vitest';
import { cacheKey, timeToLiveMs } from '../../../src/cache/cache-keys';

test('a key says its shape, kind, user and version', () => {
  expect(cacheKey('metrics', '0192a2b4-0000-7000-8000-000000000001', '42')).toBe(
    'v1:metrics:0192a2b4-0000-7000-8000-000000000001:42',
  );
});

test('a time-to-live is never longer than promised and at most a tenth shorter, in whole ms', () => {
  const times = Array.from({ length: 1000 }, () => timeToLiveMs('metrics'));
  expect(Math.max(...times)).toBeLessThanOrEqual(600_000);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(540_000);
  expect(times.every(Number.isInteger)).toBe(true);
  expect(new Set(times).size).toBeGreaterThan(100);
});
