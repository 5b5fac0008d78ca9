import { getQueueToken } from '@nestjs/bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { DatabaseService } from '../../../src/database/database.service';
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

test('the upkeep is done at once when a row finds no partition', async () => {
  open = await openBatch(database, null);
  await month.drop();
  const service = open.app.get(DatabaseService, { strict: false });
  const now = new Date();
  const recordedAt = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 4, 15));
  const insert = () =>
    service.inTransaction([], (tx) =>
      tx.query(
        `INSERT INTO heart_rate_metrics (user_id, recorded_at, granularity, value, zone_offset_minutes, ingestion_seq)
         VALUES (gen_random_uuid(), $1, 0, 60, 0, 1)`,
        [recordedAt],
      ),
    );
  await expect(insert()).rejects.toThrow('no partition');
  await until(() => month.isThere());
  await insert();
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
