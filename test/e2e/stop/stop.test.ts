import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { oneMetric, secondOf } from '../../support/health-export';
import type { Phone } from '../../support/phone';
import { RawExchange } from '../../support/raw-exchange';
import { RedisProcess } from '../../support/redis-process';
import { Replica } from '../../support/replica';
import { type Service, startService } from '../../support/service';
import { TcpRelay } from '../../support/tcp-relay';
import { until } from '../../support/until';

const body = JSON.stringify(oneMetric('step_count', 'count', { date: secondOf(1), qty: 1 }));

/** Makes keys and looks into the database. */
let service: Service;
let redis: RedisProcess;
let relay: TcpRelay;
let replica: Replica;
let phone: Phone;
const exchanges: RawExchange[] = [];

beforeAll(async () => {
  service = await startService();
});

afterAll(() => service?.stop());

beforeEach(async () => {
  redis = await RedisProcess.started();
  relay = await TcpRelay.before(service.place.database.url);
  phone = await service.newPhone();
});

afterEach(async () => {
  redis.thaw();
  for (const exchange of exchanges.splice(0)) exchange.destroy();
  await replica?.remove();
  await redis.kill();
  await relay.cut();
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  replica = await Replica.create({ databaseUrl: relay.url, redisUrl: redis.url, env });
  await replica.start();
}

/** A request whose body is not sent yet. */
function begin(): RawExchange {
  const exchange = new RawExchange(replica.port);
  exchanges.push(exchange);
  exchange.sendHead(['POST /v1/ingest HTTP/1.1', 'Host: t', `api-key: ${phone.key}`, `Content-Length: ${body.length}`]);
  return exchange;
}

const ingestions = async () =>
  (await service.sql('SELECT FROM raw_ingestions WHERE user_id = $1', [phone.userId])).length;

describe('after SIGTERM', { timeout: 120_000 }, () => {
  test('it is not ready at once, alive until it ends, closes connections by its replies and takes what still comes', async () => {
    await start({ DRAIN_DELAY_MS: '3000' });
    const kept = new RawExchange(replica.port);
    exchanges.push(kept);
    kept.sendHead(['GET /health HTTP/1.1', 'Host: t']);
    expect((await kept.answer()).head).not.toContain('connection: close');
    const exited = replica.stop();
    await until(async () => (await replica.probe('/ready')) === 503);
    expect(await replica.probe('/health')).toBe(200);
    // A connection that was kept, and a new one: both are served for the last time.
    kept.sendHead(['GET /health HTTP/1.1', 'Host: t']);
    await kept.closed();
    expect(kept.answers).toBe(2);
    const exchange = begin();
    exchange.send(body);
    const answer = await exchange.answer();
    expect(answer).toMatchObject({ status: 200, head: expect.stringContaining('\r\nconnection: close') });
    const refused = new RawExchange(replica.port);
    exchanges.push(refused);
    refused.sendHead(['GET /v1/metrics HTTP/1.1', 'Host: t']);
    expect(await refused.answer()).toMatchObject({
      status: 401,
      head: expect.stringContaining('\r\nconnection: close'),
    });
    expect(await exited).toBe(0);
    expect(replica.printed).toMatch(/Stopping …[\s\S]*Stopped\.\n$/);
    expect(await ingestions()).toBe(1);
  });

  test('what is under way is finished: a body that is coming, and a payload that waits for the database', async () => {
    await start();
    const client = new Client({ connectionString: service.place.database.ownerUrl });
    await client.connect();
    await client.query('BEGIN; LOCK TABLE raw_ingestions IN SHARE MODE');
    const [stored, coming] = [begin(), begin()];
    stored.send(body);
    coming.send(body.slice(0, 10));
    await delay(300);
    const exited = replica.stop();
    await until(async () => (await replica.probe('/health')) === 0);
    coming.send(body.slice(10));
    await client.end();
    expect((await stored.answer()).status).toBe(200);
    const last = await coming.answer();
    expect(last).toMatchObject({ status: 200, head: expect.stringContaining('\r\nconnection: close') });
    expect(await exited).toBe(0);
    expect(await ingestions()).toBe(2);
  });

  test('a client that never comes to its end does not keep it from ending in order', async () => {
    await start({ SHUTDOWN_TIMEOUT_MS: '5000' });
    const trickling = begin();
    trickling.send('{');
    await delay(300);
    expect(await replica.stop()).toBe(0);
    expect(replica.printed).toMatch(/Stopped\.\n$/);
    expect(await ingestions()).toBe(0);
  });

  test('connections on which nothing was asked do not hold it up, however long it may take', async () => {
    await start({ SHUTDOWN_TIMEOUT_MS: '600000' });
    exchanges.push(new RawExchange(replica.port));
    await delay(300);
    expect(await replica.stop()).toBe(0);
    expect(replica.printed).toMatch(/Stopped\.\n$/);
  });

  const states: readonly { state: string; enter: () => Promise<unknown> | unknown }[] = [
    { state: 'Redis killed', enter: () => redis.kill() },
    { state: 'Redis frozen', enter: () => redis.freeze() },
    { state: 'PostgreSQL gone', enter: () => relay.cut() },
    { state: 'PostgreSQL gone and Redis killed', enter: () => Promise.all([relay.cut(), redis.kill()]) },
  ];
  test.each(states)('it ends in order with $state', async ({ enter }) => {
    await start();
    await enter();
    await delay(300);
    expect(await replica.stop()).toBe(0);
    expect(replica.printed).toMatch(/Stopped\.\n$/);
  });

  test('told to npm, it ends in order as well and leaves nothing behind', async () => {
    const command = ['npm', 'start', '--silent'] as const;
    replica = await Replica.create({ databaseUrl: relay.url, redisUrl: redis.url, command });
    await replica.start();
    await replica.stop();
    await until(async () => (await replica.probe('/health')) === 0);
  });

  test('it ends in order when it is told before Redis was ever there', async () => {
    await redis.kill();
    await start();
    expect(await replica.stop()).toBe(0);
  });
});
