import { getToken } from '@willsoto/nestjs-prometheus';
import { type Counter, register } from 'prom-client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { RedisTier } from '../../../src/cache/redis-tier';
import { ServiceLevels } from '../../../src/service-levels/service-levels.service';
import { sourceMetrics } from '../../../src/service-levels/source-metrics';
import type { Phone } from '../../support/phone';
import { RedisProcess } from '../../support/redis-process';
import { sendRequest } from '../../support/send-request';
import { type Service, startService } from '../../support/service';
import { TcpRelay } from '../../support/tcp-relay';
import { until } from '../../support/until';
import { askLevels, loadALittle, promiseOf } from './level-load';

/** The metrics that the figure of a promise is made from, beside the response times. */
const madeFrom: Readonly<Record<string, string>> = {
  batch_10k_p95: sourceMetrics.batchTimes,
  freshness_p95: sourceMetrics.freshness,
  pool_efficiency: sourceMetrics.poolWaits,
  memory_per_request: sourceMetrics.requestMemory,
  cpu_per_request: sourceMetrics.requestCpu,
};

/** Whether a metric is counted in this process and has a value; a gauge of the last minute may have none yet, or be 0 where it cannot tell. */
async function hasValue(name: string): Promise<boolean> {
  const { values = [] } = (await register.getSingleMetric(name)?.get()) ?? {};
  return values.some(({ value }) => value > 0);
}

let service: Service;
let phone: Phone;
let redis: RedisProcess;
let relay: TcpRelay;
let isCut = false;

beforeAll(async () => {
  redis = await RedisProcess.started();
  relay = await TcpRelay.before(inject('postgresUrl'));
  service = await startService({ POOL_CONNECT_TIMEOUT_MS: '500' }, { redisUrl: redis.url, postgresUrl: relay.url });
  phone = await service.newPhone();
  await until(() => service.app.get(RedisTier).isReady);
});

afterAll(async () => {
  if (isCut) await relay.mend();
  await service?.stop();
  await relay?.cut();
  await redis?.close();
});

describe('under some load', () => {
  test('each promise that is measured has a real figure, a verdict that fits it, and points of a chart', async () => {
    const levels = service.app.get(ServiceLevels);
    await levels.record();
    await loadALittle(service, phone);
    await levels.record();
    const answer = await askLevels(service);
    for (const { id, windows, series, floor, goal, direction, leastMeasurements } of answer.promises) {
      const source = madeFrom[id];
      const isMeasured = source === undefined || (await hasValue(source));
      for (const { value, verdict, measurements, isLowerBound } of Object.values(windows)) {
        expect({ id, isMeasured: value !== null && measurements > 0 }).toEqual({ id, isMeasured });
        const limit = floor ?? goal;
        const isKept = direction === 'at_least' ? Number(value) >= limit : !isLowerBound && Number(value) <= limit;
        const beyond = measurements < leastMeasurements ? 'too_few' : 'broken';
        expect({ id, verdict }).toEqual({ id, verdict: isMeasured ? (isKept ? 'kept' : beyond) : 'no_data' });
      }
      const point = series.points.at(-1);
      expect({ id, isDrawn: typeof point === 'number' }).toEqual({ id, isDrawn: isMeasured });
    }
    expect(promiseOf(answer, 'ingest_p95').windows.hour.measurements).toBe(6);
    expect(promiseOf(answer, 'query_p95').windows.hour.measurements).toBe(10);
    expect(promiseOf(answer, 'unaccounted_samples').windows.hour).toMatchObject({ value: 0, verdict: 'kept' });
  });

  test('a sample that is lost without a word breaks its promise', async () => {
    const received = service.app.get<Counter>(getToken('ingest_samples_received_total'), { strict: false });
    received.inc(3);
    const { windows } = promiseOf(await askLevels(service), 'unaccounted_samples');
    expect(windows.fiveMinutes).toMatchObject({ value: 3, verdict: 'broken', text: '3' });
    expect(windows.sinceStart.verdict).toBe('broken');
  });
});

describe('when a part is away', () => {
  test('Redis: its line is broken, and is told without a request that needs it', async () => {
    await redis.kill();
    await until(async () => promiseOf(await askLevels(service), 'redis_p99').windows.fiveMinutes.verdict === 'broken');
    const { fiveMinutes } = promiseOf(await askLevels(service), 'redis_p99').windows;
    expect(fiveMinutes).toMatchObject({ isLowerBound: true, isGoalReached: false });
    expect(fiveMinutes.text).toMatch(/^> /);
    expect(fiveMinutes.failed).toBeGreaterThan(0);
  });

  test('the database: queries and readiness are broken, and this is still told to programs on this machine', async () => {
    await relay.cut();
    isCut = true;
    for (let i = 0; i < 5; i++) {
      expect((await phone.get('/v1/recent')).status).toBe(503);
      expect((await sendRequest({ port: service.port, method: 'GET', path: '/ready' })).status).toBe(503);
    }
    const answer = await askLevels(service);
    for (const id of ['query_p95', 'ready_p95', 'ready_p99']) {
      const { verdict, failed } = promiseOf(answer, id).windows.fiveMinutes;
      expect({ id, verdict, failed }).toEqual({ id, verdict: 'broken', failed: 5 });
    }
  });
});
