import { Injectable, Module } from '@nestjs/common';
import { getToken, InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { Counter, register } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DatabaseService } from '../../../src/database/database.service';
import { MonitoringService } from '../../../src/monitoring/monitoring.service';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { type OpenMonitoring, openMonitoring } from './open-monitoring';

@Injectable()
class Feature {
  constructor(@InjectMetric('feature_things_total') readonly things: Counter<'kind'>) {}
}

/** As a feature declares a metric: it imports nothing for it. */
@Module({
  providers: [Feature, makeCounterProvider({ name: 'feature_things_total', help: 'Things.', labelNames: ['kind'] })],
})
class FeatureModule {}

@Module({
  providers: [makeCounterProvider({ name: 'feature_things_total', help: 'Others.', labelNames: ['other'] })],
})
class OtherFeatureModule {}

@Module({
  providers: [
    { provide: getToken('loose_total'), useFactory: () => new Counter({ name: 'loose_total', help: 'No prefix.' }) },
  ],
})
class LooseModule {}

let database: TestDatabase;
let open: OpenMonitoring | null = null;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  await open?.app.close();
  open = null;
  register.removeSingleMetric('loose_total');
});

afterAll(() => database?.drop());

async function start(imports: (typeof FeatureModule)[] = []): Promise<OpenMonitoring> {
  open = await openMonitoring({ databaseUrl: database.url, imports });
  return open;
}

async function readMetrics(): Promise<string> {
  return (await open?.get('/metrics'))?.text ?? '';
}

function valueIn(text: string, series: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1));
}

describe('GET /metrics', () => {
  test('is for anybody, in Prometheus’ text format, and every name says whose it is', async () => {
    const { app, get } = await start([FeatureModule]);
    app.get(Feature, { strict: false }).things.inc({ kind: 'good' });
    const { status, headers, text } = await get('/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? '');
    expect(names.filter((name) => !name.startsWith('health_export_'))).toEqual([]);
    const ofNode = ['health_export_process_cpu_seconds_total', 'health_export_nodejs_heap_size_used_bytes'];
    expect(names).toEqual(expect.arrayContaining(ofNode));
    expect(valueIn(text, 'health_export_feature_things_total{kind="good"}')).toBe(1);
  });

  test('tells how late the event loop is, without the time between two measurements', async () => {
    await start();
    const delayAt = async (quantile: string) =>
      valueIn(await readMetrics(), `health_export_event_loop_delay_seconds{quantile="${quantile}"}`);
    await until(async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return (await delayAt('0.5')) < 0.008;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const blockedUntilMs = performance.now() + 200;
    while (performance.now() < blockedUntilMs);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const blocked = await delayAt('0.99');
    expect(blocked).toBeGreaterThan(0.15);
    expect(blocked).toBeLessThan(2);
  });

  test('tells how busy the pool is', async () => {
    const { app } = await start();
    const pool = app.get(DatabaseService).pool();
    const held = [await pool.connect(), await pool.connect()];
    const free = await pool.connect();
    free.release();
    const few = await readMetrics();
    expect(valueIn(few, 'health_export_database_pool_connections{state="used"}')).toBe(2);
    expect(valueIn(few, 'health_export_database_pool_connections{state="idle"}')).toBe(pool.idleCount);
    expect(valueIn(few, 'health_export_database_pool_max_connections')).toBe(5);
    expect(valueIn(few, 'health_export_database_pool_waiting')).toBe(0);
    while (pool.totalCount - pool.idleCount < 5) held.push(await pool.connect());
    const waiting = pool.connect();
    expect(valueIn(await readMetrics(), 'health_export_database_pool_waiting')).toBe(1);
    for (const client of held) client.release();
    (await waiting).release();
  });

  test('tells how long connections are waited for and used, and how many were free', async () => {
    const { app } = await start();
    const database = app.get(DatabaseService);
    const pool = database.pool();
    const count = 'health_export_database_pool_wait_seconds_count';
    const waitedAtMost1Ms = 'health_export_database_pool_wait_seconds_bucket{le="0.001"}';
    const before = await readMetrics();
    const useBefore = valueIn(before, 'health_export_database_pool_use_seconds_sum');
    const free = await pool.connect();
    free.release();
    await database.inTransaction([], ({ query }) => query('SELECT pg_sleep(0.2)'));
    const one = await readMetrics();
    expect(valueIn(one, count) - valueIn(before, count)).toBe(1);
    expect(valueIn(one, waitedAtMost1Ms) - valueIn(before, waitedAtMost1Ms)).toBe(1);
    expect(valueIn(one, 'health_export_database_pool_use_seconds_sum') - useBefore).toBeGreaterThan(0.2);
    const efficiency = valueIn(one, 'health_export_database_pool_efficiency_ratio');

    const held = await Promise.all(Array.from({ length: 5 }, () => pool.connect()));
    const waiting = database.inTransaction([], ({ query }) => query('SELECT 1'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const client of held) client.release();
    await waiting;
    const two = await readMetrics();
    expect(valueIn(two, count) - valueIn(one, count)).toBe(1);
    expect(valueIn(two, waitedAtMost1Ms)).toBe(valueIn(one, waitedAtMost1Ms));
    expect(valueIn(two, 'health_export_database_pool_efficiency_ratio')).toBeLessThan(efficiency);
  });

  test('tells how busy the event loop was in the last minute', async () => {
    await start();
    const utilization = async () => valueIn(await readMetrics(), 'health_export_event_loop_utilization_ratio');
    const idle = await utilization();
    const blockedUntilMs = performance.now() + 300;
    while (performance.now() < blockedUntilMs);
    const busy = await utilization();
    expect(idle).toBeGreaterThanOrEqual(0);
    expect(busy).toBeGreaterThan(idle);
    expect(busy).toBeLessThanOrEqual(1);
  });

  test('divides what the process took by requests, of which probes are none', async () => {
    const { get } = await start();
    await get('/health');
    await get('/ready');
    expect(valueIn(await readMetrics(), 'health_export_request_cpu_seconds')).toBeNaN();
    await get('/v1/nothing');
    await until(async () => valueIn(await readMetrics(), 'health_export_request_cpu_seconds') > 0);
  });

  test('has buckets at the times that promises are made about', async () => {
    const { get } = await start();
    await get('/health');
    const text = await readMetrics();
    for (const limit of ['0.01', '0.05', '0.2', '10']) {
      expect(text).toMatch(new RegExp(`^health_export_http_request_duration_seconds_bucket\\{le="${limit}"`, 'm'));
    }
  });

  test('leaves out a gauge that cannot be read, and answers', async () => {
    const { app, get } = await start();
    const fail = () => {
      throw new Error('not now');
    };
    const monitoring = app.get(MonitoringService, { strict: false });
    monitoring.registerGauge({ name: 'broken', help: 'Broken.' }, fail);
    monitoring.registerLabelledGauge({ name: 'broken_too', help: 'Broken.', label: 'part' }, fail);
    monitoring.registerSeries({ name: 'broken_as_well', help: 'Broken.', labels: ['a', 'b'] }, fail);
    const { status, text } = await get('/metrics');
    expect(status).toBe(200);
    expect(text).not.toMatch(/^health_export_broken/m);
    expect(text).toMatch(/^health_export_process_cpu_seconds_total /m);
  });
});

describe('the start fails', () => {
  test('when two modules declare one metric', async () => {
    await expect(start([FeatureModule, OtherFeatureModule])).rejects.toThrow(
      'the metric health_export_feature_things_total is declared in FeatureModule and in OtherFeatureModule',
    );
  });

  test('when a metric lacks the prefix', async () => {
    await expect(start([LooseModule])).rejects.toThrow('the metric loose_total of LooseModule lacks its prefix');
  });

  test('when two modules register one gauge', async () => {
    const { app } = await start();
    const monitoring = app.get(MonitoringService, { strict: false });
    const again = () => monitoring.registerGauge({ name: 'database_pool_waiting', help: 'Again.' }, () => 0);
    expect(again).toThrow('two modules register the gauge health_export_database_pool_waiting');
  });
});
