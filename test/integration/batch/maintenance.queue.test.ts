import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { QueueConnection } from '../../../src/batch/queue.connection';
import { RedisProcess } from '../../support/redis-process';
import { TcpRelay } from '../../support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { FurthestMonth, type OpenBatch, openBatch } from './open-batch';

let database: TestDatabase;
let month: FurthestMonth;
let redis: RedisProcess;
let open: OpenBatch | null;
/** A client of another process. */
let client: Redis | null;
let queue: Queue;

beforeAll(async () => {
  database = await createTestDatabase();
  month = await FurthestMonth.of(database);
});

afterAll(async () => {
  await month?.end();
  await database?.drop();
});

beforeEach(async () => {
  redis = await RedisProcess.absent();
  open = null;
  client = null;
});

afterEach(async () => {
  redis.thaw();
  await open?.closeMs();
  client?.disconnect();
  await redis.kill();
});

function openQueue(): void {
  client = new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 100 });
  client.on('error', () => undefined);
  queue = new Queue('maintenance', { connection: client, prefix: '{health-export}', skipVersionCheck: true });
  queue.on('error', () => undefined);
}

/** Asks by the queue for what is missing and waits until it is made. */
async function expectDone(timeoutMs = 15_000): Promise<void> {
  await month.drop();
  await queue.add('extend-partitions', { v: 1 });
  await until(() => month.isThere(), timeoutMs);
}

const schedules = async () => (await queue.getJobSchedulers()).map(({ key, pattern, tz }) => ({ key, pattern, tz }));
const daily = [{ key: 'extend-partitions', pattern: '1 0 * * *', tz: 'UTC' }];

describe('with Redis', () => {
  test('one daily job is scheduled for all processes, under keys of one hash slot, and it makes the partitions', async () => {
    await redis.start();
    openQueue();
    open = await openBatch(database, redis.url);
    const other = await openBatch(database, redis.url);
    await until(async () => (await schedules()).length > 0);
    expect(await schedules()).toEqual(daily);
    const delayed = await queue.getDelayed();
    expect(
      delayed.map((job) => [job.name, job.data, new Date(job.timestamp + job.delay).toISOString().slice(11)]),
    ).toEqual([['extend-partitions', { v: 1 }, '00:01:00.000Z']]);
    const keys = await redis.ask((own) => own.keys('*'));
    expect(keys.every((key) => /^\{health-export\}:(maintenance|ingestion-work):/.test(key))).toBe(true);
    await expectDone();
    expect(await other.closeMs()).toBeLessThan(2000);
  });

  test('a job of another version fails and is tried again', async () => {
    await redis.start();
    openQueue();
    open = await openBatch(database, redis.url);
    const job = await queue.add('extend-partitions', { v: 2 }, { attempts: 2, backoff: 60_000 });
    await until(async () => (await queue.getJobState(job.id as string)) === 'delayed');
    await until(() => open?.complaints.join().includes('job extend-partitions failed, attempt 1') === true);
  });

  test('absent at start: the application opens at once, and the queue works when Redis comes', async () => {
    const startedAtMs = performance.now();
    open = await openBatch(database, redis.url);
    expect(performance.now() - startedAtMs).toBeLessThan(2000);
    await redis.start();
    openQueue();
    await until(async () => (await schedules()).length > 0);
    expect(await schedules()).toEqual(daily);
    await expectDone();
    expect(open.complaints).toEqual(['Redis is away (ECONNREFUSED): timers do what the queue would Queue']);
  });

  test('killed again and again, and back with nothing in it: the schedule is there again, and jobs are done', async () => {
    await redis.start();
    openQueue();
    open = await openBatch(database, redis.url);
    await until(async () => (await schedules()).length > 0);
    for (let times = 0; times < 2; times++) {
      await redis.kill();
      await redis.start();
      await until(async () => (await schedules()).length > 0);
      expect(await schedules()).toEqual(daily);
    }
    await expectDone();
  });

  test('refusing us: the application opens, and the queue works when it is let in', async () => {
    await redis.start();
    await redis.ask((own) => own.config('SET', 'requirepass', 'secret'));
    open = await openBatch(database, redis.url);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(open.complaints).toEqual(['Redis is away (ReplyError): timers do what the queue would Queue']);
    await redis.ask(async (own) => {
      await own.auth('secret');
      await own.config('SET', 'requirepass', '');
    });
    openQueue();
    await expectDone();
  });

  test('frozen: nothing hangs or ends, and jobs are done when it goes on', async () => {
    await redis.start();
    openQueue();
    open = await openBatch(database, redis.url);
    await expectDone();
    redis.freeze();
    // Longer than a worker waits for a job (5 s) before it begins to suspect its connection (1 s).
    await new Promise((resolve) => setTimeout(resolve, 7000));
    redis.thaw();
    await expectDone();
  });
});

describe('the application closes within 2 s', () => {
  test.each(['up', 'absent', 'killed', 'killed a while ago', 'frozen', 'frozen before the start'])(
    '%s',
    async (state) => {
      if (state !== 'absent') await redis.start();
      openQueue();
      if (state === 'frozen before the start') redis.freeze();
      const opened = await openBatch(database, redis.url);
      if (!state.includes('before') && state !== 'absent') await until(async () => (await schedules()).length > 0);
      if (state.startsWith('killed')) await redis.kill();
      if (state === 'frozen') redis.freeze();
      if (state.endsWith('ago')) await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(await opened.closeMs()).toBeLessThan(2000);
      client?.disconnect();
    },
  );

  test('unreachable from the start, in the middle of an attempt', async () => {
    const relay = await TcpRelay.before(redis.url);
    await relay.cut();
    const opened = await openBatch(database, relay.url);
    await until(() => opened.complaints.length > 0);
    await relay.mend();
    relay.block();
    const connection = opened.app.get(QueueConnection, { strict: false }).redis;
    await until(() => connection.status === 'connect');
    // Vitest fails the run on an unhandled rejection, which would end the process.
    expect(await opened.closeMs()).toBeLessThan(2000);
    await relay.cut();
  });

  test('frozen as soon as it was there', async () => {
    await redis.start();
    redis.freeze();
    const opened = await openBatch(database, redis.url);
    const connection = opened.app.get(QueueConnection, { strict: false }).redis;
    const ready = new Promise((resolve) => connection.once('ready', resolve));
    connection.once('ready', () => redis.freeze());
    redis.thaw();
    await ready;
    // Vitest fails the run on an unhandled rejection, which would end the process.
    expect(await opened.closeMs()).toBeLessThan(2000);
  });

  test.each(['up', 'killed', 'frozen'])('%s, in the middle of a job', async (state) => {
    await redis.start();
    openQueue();
    const opened = await openBatch(database, redis.url);
    await month.drop();
    await month.holdLock(true);
    await queue.add('extend-partitions', { v: 1 });
    await until(() => month.isLockWanted());
    if (state === 'killed') await redis.kill();
    if (state === 'frozen') redis.freeze();
    expect(await opened.closeMs()).toBeLessThan(2000);
    await month.holdLock(false);
    // What was begun ends by itself, without Redis.
    await until(() => month.isThere());
  });
});
