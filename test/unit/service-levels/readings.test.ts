import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { MetricReader } from '../../../src/service-levels/metric-reader';
import { promises } from '../../../src/service-levels/promises';
import type { Reading, ReadSources } from '../../../src/service-levels/readings/reading';
import { sourceMetrics } from '../../../src/service-levels/source-metrics';

let registry: Registry;

beforeEach(() => {
  registry = new Registry();
});

async function read(id: string, previous: Reading | null = null, more: Partial<ReadSources> = {}) {
  const promise = promises.find((each) => each.id === id);
  const metrics = new MetricReader(registry);
  const sources = { metrics, openConnections: 0, isRedisAnswering: true, ...more };
  return (await promise?.measure.read(sources, previous)) ?? null;
}

/** The figure between a reading and one after `change`. */
async function figureAfter(id: string, change: () => void) {
  const before = await read(id);
  change();
  return (await read(id, before))?.figureSince(before, []) ?? null;
}

function histogram(name: string, buckets: number[], labelNames: string[] = []): Histogram {
  return new Histogram({ name, help: 'h', buckets, labelNames, registers: [registry] });
}

function counter(name: string, labelNames: string[] = []): Counter {
  return new Counter({ name, help: 'c', labelNames, registers: [registry] });
}

test('without any metric there is no data, and nobody complains', async () => {
  for (const { id } of promises.filter(({ id }) => id !== 'connections')) expect(await read(id)).toBeNull();
});

describe('response times', () => {
  test('are those of the routes of the promise; 4xx are no measurement, 5xx are failures, those gone waited', async () => {
    const times = histogram(sourceMetrics.requestTimes, [0.01, 0.2, 10], ['method', 'route', 'status']);
    const ingest = { method: 'POST', route: '/v1/ingest' };
    times.observe({ ...ingest, status: '200' }, 0.1);
    const figure = await figureAfter('ingest_p95', () => {
      for (let i = 0; i < 90; i++) times.observe({ ...ingest, status: '202' }, 0.1);
      for (let i = 0; i < 5; i++) times.observe({ ...ingest, status: 'aborted' }, 0.1);
      for (let i = 0; i < 50; i++) times.observe({ ...ingest, status: '429' }, 0.001);
      for (let i = 0; i < 5; i++) times.observe({ ...ingest, status: '503' }, 0.001);
      times.observe({ method: 'GET', route: '/health', status: '200' }, 5);
    });
    expect(figure).toMatchObject({ measurements: 100, failed: 5, isLowerBound: false });
    expect(figure?.value).toBeCloseTo(0.2, 10);
    const worse = await figureAfter('ingest_p95', () => times.observe({ ...ingest, status: '500' }, 0.001));
    expect(worse).toEqual({ value: 10, isLowerBound: true, measurements: 1, failed: 1 });
  });
});

describe('Redis', () => {
  test('that is away is beyond all times, although nobody asks it', async () => {
    const times = histogram(sourceMetrics.redisTimes, [0.001, 0.005], ['operation']);
    const first = await read('redis_p99');
    for (let i = 0; i < 10_000; i++) times.observe({ operation: 'get' }, 0.0005);
    const good = await read('redis_p99', first);
    expect(good?.figureSince(first, [])).toMatchObject({ isLowerBound: false, measurements: 10_000, failed: 0 });
    const away = await read('redis_p99', good, { isRedisAnswering: false });
    expect(away?.figureSince(first, [])).toEqual({
      value: 0.005,
      isLowerBound: true,
      measurements: 10_001,
      failed: 1,
    });
    expect(away?.figureSince(good, [])).toMatchObject({ isLowerBound: true, failed: 1 });
  });

  test('that refuses or is too late has failed; none by configuration is no data', async () => {
    histogram(sourceMetrics.redisTimes, [0.001, 0.005], ['operation']);
    const errors = counter(sourceMetrics.redisErrors, ['reason']);
    const figure = await figureAfter('redis_p99', () => errors.inc({ reason: 'timeout' }));
    expect(figure).toMatchObject({ isLowerBound: true, failed: 1 });
    expect(await read('redis_p99', null, { isRedisAnswering: null })).toBeNull();
  });
});

test('shares: of waits within 1 ms, of hits among look-ups', async () => {
  const waits = histogram(sourceMetrics.poolWaits, [0.0005, 0.001, 0.1]);
  const pool = await figureAfter('pool_efficiency', () => [0.0001, 0.0009, 0.001, 0.05].map((s) => waits.observe(s)));
  expect(pool).toEqual({ value: 0.75, isLowerBound: false, measurements: 4, failed: 0 });
  const hits = counter(sourceMetrics.cacheHits, ['kind', 'tier']);
  const misses = counter(sourceMetrics.cacheMisses, ['kind']);
  hits.inc({ kind: 'recent', tier: 'redis' }, 5);
  const cache = await figureAfter('cache_hit_rate', () => {
    hits.inc({ kind: 'recent', tier: 'redis' }, 6);
    hits.inc({ kind: 'series', tier: 'memory' }, 3);
    misses.inc({ kind: 'series' }, 1);
  });
  expect(cache).toEqual({ value: 0.9, isLowerBound: false, measurements: 10, failed: 0 });
});

test('means for requests are weighed with the requests, and not told where there are few', async () => {
  const times = histogram(sourceMetrics.requestTimes, [1], ['method', 'route', 'status']);
  const gauge = new Gauge({ name: sourceMetrics.requestCpu, help: 'g', registers: [registry] });
  const answer = (count: number) => {
    for (let i = 0; i < count; i++) times.observe({ method: 'GET', route: '/v1/recent', status: '200' }, 0.1);
    // Probes are not among the requests of these gauges.
    for (let i = 0; i < 50; i++) times.observe({ method: 'GET', route: '/health', status: '200' }, 0.1);
  };
  const first = await read('cpu_per_request');
  gauge.set(0.5);
  answer(9);
  const few = await read('cpu_per_request', first);
  expect(few?.figureSince(first, []).value).toBeNull();
  gauge.set(0.001);
  answer(30);
  const more = await read('cpu_per_request', few);
  gauge.set(0.003);
  answer(10);
  const last = await read('cpu_per_request', more);
  expect(last?.figureSince(first, [])).toMatchObject({ measurements: 40 });
  expect(last?.figureSince(first, []).value).toBeCloseTo(0.0015, 10);
  gauge.set(Number.NaN);
  answer(100);
  expect((await read('cpu_per_request', last))?.figureSince(last, []).value).toBeNull();
  // More was collected than was taken: that says nothing of what a request takes.
  gauge.set(0);
  answer(100);
  expect((await read('cpu_per_request', last))?.figureSince(last, []).value).toBeNull();
});

test('connections are the most at once, and what was refused for overload', async () => {
  const refusals = counter(sourceMetrics.refusals, ['reason']);
  const at = (previous: Reading | null, openConnections: number) => read('connections', previous, { openConnections });
  const first = await at(null, 5);
  const second = await at(first, 90);
  refusals.inc({ reason: 'rate_limit' });
  const third = await at(second, 7);
  const fourth = await at(third, 8);
  expect(fourth?.figureSince(first, [])).toMatchObject({ value: 90, failed: 0, measurements: 3 });
  expect(fourth?.figureSince(second, [third as Reading])).toMatchObject({ value: 8, failed: 0, measurements: 2 });
  refusals.inc({ reason: 'backlog' }, 2);
  expect((await at(fourth, 8))?.figureSince(fourth, [])).toMatchObject({ value: 8, failed: 2 });
});

test('samples that are not accounted for are counted, and those that are twice as well', async () => {
  const received = counter(sourceMetrics.samplesReceived);
  const accounted = counter(sourceMetrics.samplesAccounted, ['outcome']);
  const figure = (taken: number, stored: number) =>
    figureAfter('unaccounted_samples', () => {
      received.inc(taken);
      accounted.inc({ outcome: 'stored' }, stored);
    });
  expect(await figure(0, 0)).toMatchObject({ value: null });
  expect(await figure(5, 5)).toMatchObject({ value: 0, measurements: 5 });
  expect(await figure(5, 3)).toMatchObject({ value: 2 });
  expect(await figure(1, 3)).toMatchObject({ value: 2 });
});
