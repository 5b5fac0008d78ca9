import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { RollupRebuild } from '../../../src/batch/rebuild-rollups.service';
import { RollupService } from '../../../src/batch/rollup.service';
import { DatabaseService } from '../../../src/database/database.service';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { type OpenBatch, openBatch } from './open-batch';

const intervalMs = 5000;

let database: TestDatabase;
let owner: Client;
let open: OpenBatch;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.ownerUrl, options: '-c timezone=UTC' });
  await owner.connect();
});

afterAll(async () => {
  await owner?.end();
  await database?.drop();
});

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  open = await openBatch(database, null);
});

afterEach(async () => {
  vi.useRealTimers();
  await open?.closeMs();
});

/** A step each day at noon, unmarked. */
async function storeDays(days: number): Promise<string> {
  const userId = randomUUID();
  await owner.query(
    `INSERT INTO quantity_metrics (user_id, metric_id, recorded_at, source, granularity, value, zone_offset_minutes, ingestion_seq)
     SELECT $1, 1, '2026-01-01T12:00:00Z'::timestamptz + make_interval(days => i), 'Watch', 0, 1, 0, 1
       FROM generate_series(0, $2 - 1) i`,
    [userId, days],
  );
  return userId;
}

async function count(table: string, userId: string): Promise<number> {
  const { rows } = await owner.query(`SELECT count(*)::int AS count FROM ${table} WHERE user_id = $1`, [userId]);
  return rows[0].count;
}

test('marked days of all users are computed at the next interval, more of one than a step takes', async () => {
  const [many, one] = [await storeDays(70), await storeDays(1)];
  await owner.query(
    `INSERT INTO rollup_marks SELECT user_id, 1, recorded_at::date FROM quantity_metrics WHERE user_id = ANY ($1)`,
    [[many, one]],
  );
  expect(await count('metric_rollups', one)).toBe(0);
  vi.advanceTimersByTime(intervalMs);
  await until(async () => (await count('rollup_marks', many)) + (await count('rollup_marks', one)) === 0);
  // An hour and a day each.
  expect([await count('metric_rollups', many), await count('metric_rollups', one)]).toEqual([140, 2]);
  expect(open.complaints).toEqual([]);
});

test('a rebuild computes what nobody marked, takes away what has no samples, and tells how far it is', async () => {
  const userId = await storeDays(60);
  await owner.query(
    `INSERT INTO metric_rollups VALUES ($1, 1, 3, '2020-01-01', 0, 'Old', 0, 0, 1, 1, 1, 1, 1, '2020-01-01')`,
    [userId],
  );
  const service = open.app.get(DatabaseService);
  const told: number[] = [];
  const rebuild = new RollupRebuild(service, new RollupService(service));
  expect(await rebuild.rebuild(userId, ({ doneDays, totalDays }) => told.push(doneDays, totalDays))).toBe(61);
  expect(told).toEqual([50, 61, 61, 61]);
  expect([await count('metric_rollups', userId), await count('rollup_marks', userId)]).toEqual([120, 0]);
});
