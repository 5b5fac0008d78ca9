import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { oneMetric, secondOf } from '../../support/health-export';
import type { Phone } from '../../support/phone';
import { RawExchange } from '../../support/raw-exchange';
import { RedisProcess } from '../../support/redis-process';
import { type Service, startService } from '../../support/service';
import { countAllRows } from '../../support/stored-rows';
import { until } from '../../support/until';

/** So slow that no token comes back within a test. */
const env = { RATE_LIMIT_PER_MIN: '1', RATE_LIMIT_BURST: '40' };
const burst = 40;

let redis: RedisProcess;
let service: Service;
let neighbour: Service;
const exchanges: RawExchange[] = [];

beforeAll(async () => {
  redis = await RedisProcess.started();
  service = await startService(env, { redisUrl: redis.url });
  neighbour = await startService(env, { redisUrl: redis.url, beside: service });
  for (const { port } of [service, neighbour]) await untilRedisIsUsed(port);
});

afterEach(() => {
  for (const exchange of exchanges.splice(0)) exchange.destroy();
});

afterAll(async () => {
  redis?.thaw();
  await neighbour?.stop();
  await service?.stop();
  await redis?.kill();
});

/** Waits until the service has Redis, and has not just left it alone. */
async function untilRedisIsUsed(port: number): Promise<void> {
  await until(async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/ready`);
    const { details } = (await answer.json()) as { details: { redis: { degraded?: boolean } } };
    return details.redis.degraded !== true;
  });
}

const body = oneMetric('step_count', 'count', { date: secondOf(1), qty: 1 });

/** How many of so many requests at once are answered with each status. */
async function statuses(phone: Phone, count: number): Promise<Record<number, number>> {
  const answers = await Promise.all(Array.from({ length: count }, () => phone.get('/v1/workouts')));
  const byStatus: Record<number, number> = {};
  for (const { status } of answers) byStatus[status] = (byStatus[status] ?? 0) + 1;
  return byStatus;
}

/** Refusals in a row after which a key has nothing left, neither in Redis nor in a process that Redis was too late for. */
const refusalsInARow = 6;

/** Uses up all that a key may send, one request after another, and returns how many were refused. */
async function exhaust(phone: Phone): Promise<number> {
  let refused = 0;
  for (let inARow = 0, sent = 0; inARow < refusalsInARow; sent++) {
    if (sent > 4 * burst) throw new Error('the key is never refused');
    const { status } = await phone.get('/v1/workouts');
    inARow = status === 429 ? inARow + 1 : 0;
    if (status === 429) refused++;
  }
  return refused;
}

function exchangeWith(phone: Pick<Phone, 'key'>, ...lines: string[]): RawExchange {
  const exchange = new RawExchange(service.port);
  exchanges.push(exchange);
  exchange.sendHead(['POST /v1/ingest HTTP/1.1', 'Host: test', `api-key: ${phone.key}`, ...lines]);
  return exchange;
}

test('a key is told how it stands, and refused with the time to wait when it has used up its requests', async () => {
  const phone = await service.newPhone();
  const first = await phone.post(body);
  expect(first.status).toBe(200);
  expect(first.headers).toMatchObject({ 'ratelimit-policy': '"key";q=40;w=2400', ratelimit: '"key";r=39;t=60' });
  await exhaust(phone);
  const before = await countAllRows(service);
  const refused = await phone.post(body);
  expect(refused).toMatchObject({ status: 429, json: { status: 429, code: 'rate_limited' } });
  expect(refused.headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
  });
  const [, waitS] = /^"key";r=0;t=(\d+)$/.exec(refused.headers['ratelimit'] as string) ?? [];
  expect(refused.headers['retry-after']).toBe(waitS);
  expect(Number(waitS)).toBeGreaterThan(0);
  expect(Number(waitS)).toBeLessThanOrEqual(60);
  expect(await countAllRows(service)).toEqual(before);
  // Another key of nobody's fault.
  expect((await (await service.newPhone()).post(body)).status).toBe(200);
});

test('the processes share the bucket, in Redis', async () => {
  const phone = await service.newPhone();
  const phones = [phone, phone.at(neighbour.port)];
  const found: number[] = [];
  // One by one: two services in a process that is busy could be too late for Redis, and count for themselves.
  for (let n = 0; n < burst + 4; n++) found.push((await (phones[n % 2] as Phone).get('/v1/workouts')).status);
  expect(found.slice(0, burst)).toEqual(Array.from({ length: burst }, () => 200));
  expect(found.slice(burst)).toEqual([429, 429, 429, 429]);
});

test('probes and metrics are never refused, and what has no key is a 401 still', async () => {
  const phone = await service.newPhone();
  await exhaust(phone);
  for (const path of ['/health', '/ready', '/metrics']) {
    const headers = { authorization: `Bearer ${phone.key}` };
    expect((await fetch(`http://127.0.0.1:${service.port}${path}`, { headers })).status).toBe(200);
  }
  const answer = await fetch(`http://127.0.0.1:${service.port}/v1/workouts`);
  expect(answer.status).toBe(401);
  expect(answer.headers.has('ratelimit')).toBe(false);
});

test('a refusal is counted by its reason', async () => {
  const count = async () => {
    const text = await (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();
    return Number(/^health_export_requests_refused_total\{reason="rate_limit"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };
  const phone = await service.newPhone();
  const before = await count();
  const refused = await exhaust(phone);
  expect(await count()).toBe(before + refused);
});

test('a refusal comes before the body: a long one is not read, a short one keeps its connection', async () => {
  const phone = await service.newPhone();
  await exhaust(phone);
  const long = exchangeWith(phone, 'Content-Length: 1000000');
  const refused = await long.answer();
  expect(refused.status).toBe(429);
  expect(refused.head).toContain('\r\nconnection: close');
  await long.closed();

  const short = exchangeWith(phone, 'Content-Length: 5');
  expect((await short.answer()).status).toBe(429);
  short.send('{"a":');
  short.sendHead(['GET /health HTTP/1.1', 'Host: test']);
  await until(() => short.answers === 2);
  expect(short.isClosed).toBe(false);

  const asking = exchangeWith(phone, 'Content-Length: 5', 'Expect: 100-continue');
  expect((await asking.answer()).status).toBe(429);
  expect(await asking.isToldToContinue(10)).toBe(false);
  await asking.closed();
});

test('the order of refusal: no key, then the headers, then the number', async () => {
  const phone = await service.newPhone();
  await exhaust(phone);
  const tooLong = `Content-Length: ${10 ** 12}`;
  expect((await exchangeWith({ key: 'none' }, tooLong).answer()).status).toBe(401);
  expect((await exchangeWith(phone, tooLong).answer()).status).toBe(413);
  expect((await exchangeWith(phone, 'Content-Type: text/csv', 'Content-Length: 9').answer()).status).toBe(415);
  expect((await exchangeWith(phone, 'Content-Length: 9').answer()).status).toBe(429);
});

test.each([
  { how: 'frozen', begin: () => redis.freeze(), end: () => redis.thaw() },
  { how: 'killed', begin: () => redis.kill(), end: () => redis.start() },
])('with Redis $how each process counts for itself, and nobody waits or fails', async ({ begin, end }) => {
  const phone = await service.newPhone();
  await begin();
  const [here, there] = [await statuses(phone, burst + 2), await statuses(phone.at(neighbour.port), burst + 2)];
  expect([here, there]).toEqual([
    { 200: burst, 429: 2 },
    { 200: burst, 429: 2 },
  ]);
  await end();
  for (const { port } of [service, neighbour]) await untilRedisIsUsed(port);
});

test('garbage in its place is no fault of the client', async () => {
  const phone = await service.newPhone();
  await redis.ask((client) => client.lpush(`v1:rate:${phone.keyId}`, 'garbage'));
  expect((await phone.get('/v1/workouts')).status).toBe(200);
  await redis.ask((client) => client.del(`v1:rate:${phone.keyId}`));
  await redis.ask((client) => client.set(`v1:rate:${phone.keyId}`, 'garbage'));
  expect((await phone.get('/v1/workouts')).status).toBe(200);
});
