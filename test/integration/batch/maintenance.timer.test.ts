import { getQueueToken } from '@nestjs/bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { RedisProcess } from '../../support/redis-process';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { FurthestMonth, type OpenBatch, openBatch } from './open-batch';

const hourMs = 60 * 60 * 1000;

let database: TestDatabase;
let month: FurthestMonth;
let redis: RedisProcess;
let open: OpenBatch | null;

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
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});

afterEach(async () => {
  vi.useRealTimers();
  await open?.closeMs();
  await redis.kill();
});

test.each(['none', 'absent', 'frozen'])('the upkeep is done within an hour with Redis %s', async (state) => {
  if (state === 'frozen') {
    await redis.start();
    redis.freeze();
  }
  open = await openBatch(database, state === 'none' ? null : redis.url);
  await month.drop();
  vi.advanceTimersByTime(hourMs - 1);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await month.isThere()).toBe(false);
  vi.advanceTimersByTime(1);
  await until(() => month.isThere());
});

test('without Redis there is no queue', async () => {
  open = await openBatch(database, null);
  expect(() => open?.app.get(getQueueToken('maintenance'), { strict: false })).toThrow();
});

test('with nothing missing the owner is not needed; with something missing a failure is told and tried again', async () => {
  open = await openBatch(database, null, { databaseOwnerUrl: 'postgres://nobody@127.0.0.1:1/nothing' });
  for (let hour = 0; hour < 3; hour++) {
    vi.advanceTimersByTime(hourMs);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const failed = () => open?.complaints.filter((line) => line.includes('months ahead could not be made')).length;
  expect(failed()).toBe(0);
  await month.drop();
  for (const failures of [1, 2]) {
    vi.advanceTimersByTime(hourMs);
    await until(() => failed() === failures);
  }
});
