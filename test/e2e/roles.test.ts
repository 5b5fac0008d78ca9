import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { exportOfEverything } from '../support/export-of-everything';
import type { Phone } from '../support/phone';
import { RedisProcess } from '../support/redis-process';
import { sendRequest } from '../support/send-request';
import { type Service, startService } from '../support/service';
import { until } from '../support/until';
import { untilDone } from '../support/until-done';

const sweepOften = { SWEEP_INTERVAL_MS: '200' };
const everything = JSON.stringify(exportOfEverything());

let redis: RedisProcess;
/** Answers and never works; what it leaves behind is seen by tests. */
let api: Service;
let workers: Service[];

beforeAll(async () => {
  redis = await RedisProcess.started();
  api = await startService({ ROLE: 'api', ...sweepOften }, { redisUrl: redis.url });
  workers = [];
});

afterEach(async () => {
  redis.thaw();
  for (const worker of workers.splice(0)) await worker.stop();
});

afterAll(async () => {
  await api.stop();
  await redis.kill();
});

async function startWorker(redisUrl: string | null, role = 'worker'): Promise<Service> {
  const worker = await startService({ ROLE: role, ...sweepOften }, { beside: api, redisUrl });
  workers.push(worker);
  return worker;
}

async function take(phone: Phone): Promise<string> {
  const { status, json } = await phone.post(everything, { prefer: 'respond-async' });
  expect(status).toBe(202);
  return json.ingestionId;
}

const claims = (id: string) => api.sql('SELECT claims FROM ingestion_work WHERE ingestion_id = $1', [id]);

test('api takes bodies, tells Redis and works on nothing; worker works and answers only machines', async () => {
  const phone = await api.newPhone();
  const id = await take(phone);
  await delay(500);
  expect(await claims(id)).toEqual([{ claims: 0 }]);
  const { json } = await phone.get<{ progress: unknown; nextAttemptAt: string; attempts: number }>(
    `/v1/ingestions/${id}`,
  );
  expect(json).toMatchObject({
    attempts: 0,
    nextAttemptAt: expect.stringMatching(/^\d{4}-.*Z$/),
    progress: { bytesDone: 0, bytesTotal: everything.length, samplesDone: 0, samplesPerS: null, secondsLeft: null },
  });

  const worker = await startWorker(redis.url);
  expect(await untilDone(phone, id)).toMatchObject({ status: 'stored', received: 15, stored: 15 });
  for (const [method, path, status] of [
    ['GET', '/health', 200],
    ['GET', '/ready', 200],
    ['GET', '/metrics', 200],
    ['GET', '/v1/metrics', 404],
    ['POST', '/v1/ingest', 404],
  ] as const) {
    const reply = await sendRequest({
      port: worker.port,
      method,
      path,
      headers: { authorization: `Bearer ${phone.key}` },
    });
    expect({ path, status: reply.status }).toEqual({ path, status });
  }
});

test('without Redis the worker finds the work by itself', async () => {
  const phone = await api.newPhone();
  const id = await take(phone);
  await startWorker(null);
  expect(await untilDone(phone, id)).toMatchObject({ status: 'stored', attempts: 1 });
});

test.each(['with', 'without'])(
  '%s Redis work that is taken is begun at once and does not wait for a sweep',
  async (redisIs) => {
    const never = { SWEEP_INTERVAL_MS: '600000' };
    const redisUrl = redisIs === 'with' ? redis.url : null;
    const service = await startService({ ROLE: 'all', ...never }, { beside: api, redisUrl });
    workers.push(service);
    const phone = (await api.newPhone()).at(service.port);
    // By the second one the sweep of the start is over.
    for (let times = 0; times < 2; times++) {
      expect(await untilDone(phone, await take(phone))).toMatchObject({ status: 'stored', attempts: 1 });
    }
  },
);

test('a job that Redis has lost is done', async () => {
  const phone = await api.newPhone();
  const id = await take(phone);
  await until(() => redis.ask(async (client) => (await client.exists(`{health-export}:ingestion-work:${id}-0`)) === 1));
  await redis.ask((client) => client.flushall());
  await startWorker(redis.url);
  expect(await untilDone(phone, id)).toMatchObject({ status: 'stored', attempts: 1 });
});

test('with Redis frozen a body is taken as fast, and done', async () => {
  const [phone, worker] = [await api.newPhone(), await startWorker(redis.url, 'all')];
  redis.freeze();
  const { json } = await phone.at(worker.port).post(everything, { prefer: 'respond-async' });
  expect(await untilDone(phone, json.ingestionId)).toMatchObject({ status: 'stored' });
});

test('nothing of a job stays in Redis, and it holds nothing but ids', async () => {
  const phone = await api.newPhone();
  const id = await take(phone);
  const key = `{health-export}:ingestion-work:${id}-0`;
  await until(() => redis.ask(async (client) => (await client.exists(key)) === 1));
  const data = await redis.ask((client) => client.hget(key, 'data'));
  expect(JSON.parse(data ?? '')).toEqual({ v: 1, userId: phone.userId, ingestionId: id });
  await startWorker(redis.url);
  await untilDone(phone, id);
  await until(() => redis.ask(async (client) => (await client.exists(key)) === 0));
});

test('tells how much there is to do and how it went', async () => {
  const phone = await api.newPhone();
  const parked = await phone.post('{"data":', { prefer: 'respond-async' });
  const worker = await startWorker(null);
  await untilDone(phone, parked.json.ingestionId);
  const { bytes } = await sendRequest({ port: worker.port, method: 'GET', path: '/metrics' });
  const text = bytes.toString();
  expect(text).toContain('health_export_ingestions_parked_total{code="json_malformed"} ');
  expect(text).toMatch(/health_export_ingestion_work_seconds_count\{outcome="parked"\} [1-9]/);
  for (const state of ['receiving', 'waiting', 'working', 'delayed']) {
    expect(text).toMatch(new RegExp(`health_export_ingestion_work_open\\{state="${state}"\\} \\d`));
  }
  expect(text).toMatch(/health_export_ingestion_work_oldest_seconds \d/);
  expect(text).toMatch(/health_export_ingestions_parked \d/);
});
