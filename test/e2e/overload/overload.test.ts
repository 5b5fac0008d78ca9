import { Client, type PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DatabaseService } from '../../../src/database/database.service';
import { OverloadService } from '../../../src/overload/overload.service';
import { oneMetric, secondOf } from '../../support/health-export';
import type { Answer, Phone } from '../../support/phone';
import { RawExchange } from '../../support/raw-exchange';
import { type Service, startService } from '../../support/service';
import { until } from '../../support/until';

const body = oneMetric('step_count', 'count', { date: secondOf(1), qty: 1 });
/** What is not tested must not interfere on a busy machine. */
const waitsLong = { LOCK_TIMEOUT_MS: '100000', STATEMENT_TIMEOUT_MS: '100000', OVERLOAD_LOOP_DELAY_MS: '60000' };

/** For what takes a moment on an idle machine. */
const patienceMs = 60_000;

let service: Service;
let phones: Phone[];
const undos: (() => Promise<unknown> | unknown)[] = [];

async function start(env: Record<string, string>, count: number): Promise<void> {
  service = await startService({ ...waitsLong, ...env });
  phones = await service.newPhones(count);
}

afterEach(async () => {
  for (const undo of undos.splice(0).reverse()) await undo();
});

/** Keeps everybody from storing anything until the function that is returned is called. */
async function holdWrites(): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: service.place.database.ownerUrl });
  await client.connect();
  await client.query('BEGIN; LOCK TABLE raw_ingestions IN SHARE MODE');
  let isHeld = true;
  const release = async (): Promise<void> => {
    if (isHeld) await client.end();
    isHeld = false;
  };
  undos.push(release);
  return release;
}

const metricsText = async () => (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();

async function gauge(name: string): Promise<number> {
  const line = (await metricsText()).split('\n').find((text) => text.startsWith(`health_export_${name} `));
  return Number(line?.split(' ')[1] ?? 0);
}

async function expectProbesAnswer(): Promise<void> {
  for (const path of ['/health', '/metrics']) {
    expect((await fetch(`http://127.0.0.1:${service.port}${path}`)).status).toBe(200);
  }
}

function expectRefused({ status, json, headers }: Answer): void {
  expect({ status, code: json.code }).toEqual({ status: 503, code: 'overloaded' });
  expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(5);
  expect(headers['content-type']).toContain('application/problem+json');
}

/** Waits until a write is taken; each one that is not must be refused in the right way. */
async function untilTaken(phone: Phone): Promise<void> {
  await until(async () => {
    const answer = await phone.post(body);
    if (answer.status !== 200) expectRefused(answer);
    return answer.status === 200;
  }, patienceMs);
}

const storedIngestions = async () =>
  Number((await service.sql<{ count: string }>('SELECT count(*) FROM raw_ingestions'))[0]?.count);

describe('with more payloads than may wait', { timeout: 180_000 }, () => {
  const most = 450;
  beforeAll(() => start({ OVERLOAD_WRITES: String(most), OVERLOAD_TARGET_MS: '10' }, most + 20));
  afterAll(() => service?.stop());

  test('writes are refused and reads are not; all that was taken is stored, and then everything is taken again', async () => {
    const release = await holdWrites();
    const crowd = phones.slice(0, most).map((phone) => phone.post(body));
    await until(async () => (await gauge('ingest_payloads_under_way')) === most, patienceMs);
    const late = phones[most] as Phone;
    expectRefused(await late.post(body));
    expect((await late.get('/v1/workouts')).status).toBe(200);
    await expectProbesAnswer();
    expect((await fetch(`http://127.0.0.1:${service.port}/ready`)).status).toBe(200);
    expect(await metricsText()).toContain('health_export_overload{kind="write"} 1\n');

    // Before its body: none of this one is ever sent.
    const exchange = new RawExchange(service.port);
    undos.push(() => exchange.destroy());
    exchange.sendHead(['POST /v1/ingest HTTP/1.1', 'Host: t', `api-key: ${late.key}`, 'Content-Length: 1000000']);
    const refused = await exchange.answer();
    expect(refused).toMatchObject({ status: 503, head: expect.stringContaining('\r\nconnection: close') });

    await release();
    const answers = await Promise.all(crowd);
    const stored = answers.filter(({ status }) => status === 200);
    const dropped = answers.filter(({ status }) => status !== 200);
    // Those beyond the 400 that are written at once waited for longer than anybody should.
    expect(stored.length).toBeGreaterThanOrEqual(400);
    expect(dropped.length).toBeGreaterThan(0);
    for (const answer of dropped) expectRefused(answer);
    expect(await storedIngestions()).toBe(stored.length);
    await untilTaken(late);
    await until(async () => (await metricsText()).includes('health_export_overload{kind="write"} 0\n'), patienceMs);
    const again = await Promise.all(phones.slice(0, 100).map((phone) => phone.post(body)));
    expect(again.map(({ status }) => status)).toEqual(again.map(() => 200));
  });
});

describe('with limits on how long others wait', { timeout: 180_000 }, () => {
  beforeAll(() =>
    start({ OVERLOAD_BACKLOG_AGE_MS: '200', OVERLOAD_POOL_WAITING: '10', POOL_MAX: '4', POOL_MIN: '2' }, 440),
  );
  afterAll(() => service?.stop());

  test('a backlog that is too old has writes refused until it is worked off', async () => {
    const release = await holdWrites();
    const crowd = phones.slice(0, 420).map((phone) => phone.post(body));
    await until(async () => (await metricsText()).includes('health_export_overload{kind="write"} 1\n'), patienceMs);
    expectRefused(await (phones[430] as Phone).post(body));
    expect(await metricsText()).toMatch(/requests_refused_total\{reason="backlog"\} [1-9]/);
    await release();
    const statuses = (await Promise.all(crowd)).map(({ status }) => status);
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    await untilTaken(phones[430] as Phone);
  });

  // Of the decision alone: to look up a key that was not used a moment ago needs a connection too.
  test('a queue for connections has writes refused first, and reads when it is twice as long', async () => {
    const overload = service.app.get(OverloadService);
    const pool = service.app.get(DatabaseService).pool();
    const wanted: Promise<PoolClient>[] = [];
    const want = (count: number): void => {
      for (let n = 0; n < count; n++) wanted.push(pool.connect());
    };
    undos.push(() => Promise.all(wanted.map((each) => each.then((client) => client.release()))));
    want(4 + 15);
    await until(() => overload.findReason('write') === 'pool');
    expect(overload.findReason('read')).toBeNull();
    want(15);
    await until(() => overload.findReason('read') === 'pool');
    await expectProbesAnswer();
    for (const each of wanted.splice(0)) (await each).release();
    await until(() => overload.findReason('read') === null && overload.findReason('write') === null);
    await untilTaken(phones[430] as Phone);
  });
});

describe('with a limit on the delay of the event loop', { timeout: 180_000 }, () => {
  beforeAll(() => start({ OVERLOAD_LOOP_DELAY_MS: '40' }, 2));
  afterAll(() => service?.stop());

  test('an event loop that is late has both refused, and the probes answered', async () => {
    let isBusy = true;
    const beBusy = (): void => {
      const untilMs = performance.now() + 150;
      while (performance.now() < untilMs);
      if (isBusy) setImmediate(beBusy);
    };
    undos.push(() => {
      isBusy = false;
    });
    beBusy();
    await until(async () => (await metricsText()).includes('health_export_overload{kind="read"} 1\n'), patienceMs);
    const [write, read] = await Promise.all([
      (phones[0] as Phone).post(body),
      (phones[1] as Phone).get<Answer['json']>('/v1/workouts'),
    ]);
    expectRefused(write);
    expectRefused(read);
    await expectProbesAnswer();
    isBusy = false;
    expect(await metricsText()).toMatch(/requests_refused_total\{reason="event_loop"\} [1-9]/);
    await untilTaken(phones[0] as Phone);
  });
});
