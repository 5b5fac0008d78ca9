import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readMetrics } from '../../support/read-metrics';
import { RedisProcess } from '../../support/redis-process';
import { type Service, startService } from '../../support/service';
import { until } from '../../support/until';

let redis: RedisProcess;
let service: Service;
let client: Redis;
let queue: Queue;

beforeAll(async () => {
  redis = await RedisProcess.started();
  // A process that takes no jobs, so that they stay.
  service = await startService({ ROLE: 'api' }, { redisUrl: redis.url });
  client = new Redis(redis.url, { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  queue = new Queue('ingestion-work', { connection: client, prefix: '{health-export}', skipVersionCheck: true });
  queue.on('error', () => undefined);
});

afterAll(async () => {
  redis.thaw();
  client.disconnect();
  await service?.stop();
  await redis?.close();
});

afterEach(() => redis.thaw());

const jobs = (state: string) => `queue_jobs{queue="ingestion-work",state="${state}"}`;
const oldest = 'queue_oldest_seconds{queue="ingestion-work"}';

async function untilTold(): Promise<void> {
  await until(async () => !Number.isNaN((await readMetrics(service.port)).value(oldest)));
}

test('jobs are counted by what they wait for, and the oldest that could be taken is timed', async () => {
  await untilTold();
  expect((await readMetrics(service.port)).value(oldest)).toBe(0);
  const aMinuteAgo = Date.now() - 60_000;
  await queue.add('work', {}, { timestamp: Date.now() });
  await queue.add('work', {}, { timestamp: aMinuteAgo, priority: 1 });
  await queue.add('work', {}, { timestamp: aMinuteAgo - 3_600_000, delay: 7_200_000 });
  const metrics = await readMetrics(service.port);
  const counts = ['waiting', 'prioritized', 'delayed', 'active', 'failed'].map((state) => metrics.value(jobs(state)));
  expect(counts).toEqual([1, 1, 1, 0, 0]);
  expect(metrics.value(oldest)).toBeGreaterThanOrEqual(60);
  expect(metrics.value(oldest)).toBeLessThan(600);
  // The schedule of the daily upkeep.
  await until(
    async () => (await readMetrics(service.port)).value('queue_jobs{queue="maintenance",state="delayed"}') === 1,
  );
});

test('the first of many in a row is the oldest', async () => {
  const old = Date.now() - 600_000;
  await queue.obliterate({ force: true });
  await queue.add('work', {}, { timestamp: old });
  for (let i = 1; i < 4; i++) await queue.add('work', {}, { timestamp: old + i * 100_000 });
  expect((await readMetrics(service.port)).value(oldest)).toBeGreaterThanOrEqual(600);
});

test('a Redis that is frozen or gone is left out, and nobody waits for it', async () => {
  await untilTold();
  redis.freeze();
  for (let i = 0; i < 3; i++) {
    const metrics = await readMetrics(service.port);
    expect(metrics.text).not.toMatch(/^health_export_queue_(jobs|oldest_seconds)\{/m);
    expect(metrics.value('database_pool_max_connections')).toBeGreaterThan(0);
  }
  redis.thaw();
  await untilTold();
  await redis.kill();
  await until(async () => Number.isNaN((await readMetrics(service.port)).value(oldest)));
  await redis.start();
  await untilTold();
});
