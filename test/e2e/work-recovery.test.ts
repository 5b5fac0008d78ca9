import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { minutesOfHeartRate } from '../support/minutes-of-heart-rate';
import type { Phone } from '../support/phone';
import { type Service, startService } from '../support/service';
import { ServiceProcess } from '../support/service-process';
import { until } from '../support/until';
import { untilDone } from '../support/until-done';

const count = 130_000;
const body = minutesOfHeartRate(count);

let api: Service;
let dataDir: string;
const processes: ServiceProcess[] = [];

beforeAll(async () => {
  api = await startService({ ROLE: 'api' }, { redisUrl: null });
  dataDir = await mkdtemp(join(tmpdir(), 'health-export-worker-'));
});

afterEach(async () => {
  for (const process of processes.splice(0)) await process.end('SIGKILL');
});

afterAll(async () => {
  await api.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** A worker as a process of its own; it may use as little of the pool as there is. */
function startWorker(): ServiceProcess {
  const { url } = api.place.database;
  const env = { ROLE: 'worker', DATABASE_URL: url, DATA_DIR: dataDir, PORT: '0', POOL_MIN: '1' };
  const redis = { REDIS_URL: 'redis://127.0.0.1:1' };
  const process = new ServiceProcess({ ...env, ...redis, WORK_LEASE_MS: '1500', SWEEP_INTERVAL_MS: '100' });
  processes.push(process);
  return process;
}

interface WorkRow {
  readonly parts: number;
  readonly attempts: number;
  readonly claims: number;
  readonly samples: number;
}

async function workOf(id: string): Promise<WorkRow | undefined> {
  const [row] = await api.sql<WorkRow>(
    `SELECT coalesce((checkpoint->>'parts')::int, 0) AS parts, attempts, claims, samples_done::int AS samples
       FROM ingestion_work WHERE ingestion_id = $1`,
    [id],
  );
  return row;
}

/** What is stored of a user: how many rows, how often they were written, and a sum over all that they say. */
async function storedOf({ userId }: Phone): Promise<unknown> {
  const [row] = await api.sql(
    `SELECT count(*)::int AS rows, max(revision)::int AS revision, sum(value) AS sum,
            md5(string_agg(concat_ws(' ', recorded_at, source, granularity, value, min, max, flags), ',' ORDER BY recorded_at)) AS digest
       FROM heart_rate_metrics WHERE user_id = $1`,
    [userId],
  );
  return row;
}

test('workers that are killed in the middle, again and again: what is missing is written, and the account is exact', {
  timeout: 180_000,
}, async () => {
  const [phone, other] = [await api.newPhone(), await api.newPhone()];
  const { ingestionId: id } = (await phone.post(body)).json;
  let parts = 0;
  for (let kill = 0; kill < 3; kill++) {
    const worker = startWorker();
    await until(async () => ((await workOf(id))?.parts ?? 0) > parts, 60_000);
    await worker.end('SIGKILL');
    const work = (await workOf(id)) as WorkRow;
    // It is in the middle: some of it is written and some is not.
    expect(work.samples).toBeGreaterThan(0);
    expect(work.samples).toBeLessThan(count);
    expect(await storedOf(phone)).toMatchObject({ rows: work.samples, revision: 0 });
    parts = work.parts;
  }
  startWorker();
  const done = await untilDone(phone, id, 60_000);
  // What was written before is counted as it was then: begun anew, it would be found unchanged.
  const line = { received: count, stored: count, updated: 0, unchanged: 0, rejected: 0 };
  expect(done).toMatchObject({ status: 'stored', ...line, metrics: { heart_rate: line } });
  expect(await workOf(id)).toBeUndefined();

  const inOneGo = (await other.post(body)).json.ingestionId;
  expect(await untilDone(other, inOneGo, 60_000)).toMatchObject(line);
  expect(await storedOf(phone)).toEqual(await storedOf(other));
});

test('a worker that is told to stop gives its work back, and the next one continues at once', {
  timeout: 120_000,
}, async () => {
  const phone = await api.newPhone();
  const { ingestionId: id } = (await phone.post(body)).json;
  const worker = startWorker();
  await until(async () => ((await workOf(id))?.parts ?? 0) > 0, 60_000);
  expect(await worker.end('SIGTERM')).toBe(0);
  const [row] = await api.sql<{ is_free: boolean; parts: number }>(
    `SELECT holder IS NULL AND lease_until IS NULL AND due_at <= now() AS is_free, (checkpoint->>'parts')::int AS parts
       FROM ingestion_work WHERE ingestion_id = $1`,
    [id],
  );
  expect(row).toMatchObject({ is_free: true });
  startWorker();
  expect(await untilDone(phone, id, 60_000)).toMatchObject({ status: 'stored', stored: count, unchanged: 0 });
});
