import { Histogram, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { MetricReader } from '../../../src/service-levels/metric-reader';
import {
  countsSince,
  type HistogramCounts,
  quantile,
  readCounts,
  shareUpTo,
} from '../../../src/service-levels/readings/histogram-counts';

const bounds = [1, 2, 4];

function counts(...inBuckets: number[]): HistogramCounts {
  return { bounds, counts: inBuckets };
}

describe('a quantile', () => {
  test.each([
    ['in the middle of a bucket', counts(0, 10, 0, 0), 0.5, 0, { value: 1.5, isLowerBound: false }],
    ['from zero in the first bucket', counts(10, 0, 0, 0), 0.2, 0, { value: 0.2, isLowerBound: false }],
    ['at the end of a bucket', counts(5, 0, 5, 0), 0.5, 0, { value: 1, isLowerBound: false }],
    ['in a bucket after empty ones', counts(5, 0, 5, 0), 0.6, 0, { value: 2.4, isLowerBound: false }],
    ['beyond all bounds', counts(0, 0, 9, 1), 0.95, 0, { value: 4, isLowerBound: true }],
    ['among what failed', counts(90, 0, 0, 0), 0.95, 10, { value: 4, isLowerBound: true }],
    ['below what failed', counts(95, 0, 0, 0), 0.95, 5, { value: 1, isLowerBound: false }],
    ['of failures alone', { bounds: [], counts: [] }, 0.95, 3, { value: 0, isLowerBound: true }],
    ['of nothing', counts(0, 0, 0, 0), 0.95, 0, null],
  ] as const)('%s', (_, histogram, share, failed, expected) => {
    const found = quantile(histogram, share, failed);
    if (expected === null) return expect(found).toBeNull();
    expect(found?.value).toBeCloseTo(expected.value, 10);
    expect(found?.isLowerBound).toBe(expected.isLowerBound);
  });
});

test('the share up to a limit is exact at a bound and interpolated within a bucket', () => {
  const histogram = counts(4, 4, 0, 2);
  expect(shareUpTo(histogram, 1)).toBe(0.4);
  expect(shareUpTo(histogram, 1.5)).toBeCloseTo(0.6, 10);
  expect(shareUpTo(histogram, 0.25)).toBeCloseTo(0.1, 10);
  expect(shareUpTo(histogram, 100)).toBe(0.8);
  expect(shareUpTo(counts(0, 0, 0, 0), 1)).toBeNull();
});

test('series are added up by what is chosen, and differences are those of each bucket', async () => {
  const registry = new Registry();
  const histogram = new Histogram({ name: 'h', help: 'h', buckets: bounds, labelNames: ['k'], registers: [registry] });
  for (const value of [0.5, 1, 1.5, 9]) histogram.observe({ k: 'a' }, value);
  histogram.observe({ k: 'b' }, 3);
  histogram.observe({ k: 'c' }, 3);
  const read = async () => {
    const series = (await new MetricReader(registry).values('h')) ?? [];
    return readCounts(series, ({ k }) => k !== 'c') as HistogramCounts;
  };
  const before = await read();
  expect(before).toEqual({ bounds, counts: [2, 1, 1, 1] });
  histogram.observe({ k: 'b' }, 2);
  expect(countsSince(await read(), before)).toEqual({ bounds, counts: [0, 1, 0, 0] });
  expect(readCounts((await new MetricReader(registry).values('h')) ?? [], () => false)).toBeNull();
  expect(await new MetricReader(registry).values('nothing')).toBeNull();
});
