import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { answerTag } from '../../../src/cache/cache-keys';
import type { CacheLoader } from '../../../src/cache/cache-loaders';
import { localDay } from '../../../src/catalogue/zone-offset';
import { bumpDataVersions } from '../../../src/database/data-version';
import { RedisProcess } from '../../support/redis-process';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { type OpenCache, openCache } from './open-cache';

let redis: RedisProcess;
let database: TestDatabase;
let owner: Client;
let open: OpenCache;
let userId: string;
const made = { recent: vi.fn<CacheLoader>(), summary: vi.fn<CacheLoader>(), series: vi.fn<CacheLoader>() };

beforeAll(async () => {
  [redis, database] = await Promise.all([RedisProcess.started(), createTestDatabase()]);
  open = await openCache(redis.url, database);
  for (const [kind, load] of Object.entries(made)) open.loaders.register(kind as keyof typeof made, load);
  await until(async () => (await open.readiness.check()).details['redis']?.['degraded'] === undefined);
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
});

beforeEach(async () => {
  userId = randomUUID();
  for (const [kind, load] of Object.entries(made)) load.mockReset().mockResolvedValue({ made: kind });
  await owner.query('INSERT INTO users (id, name) VALUES ($1, $2)', [userId, userId]);
});

afterEach(() => vi.restoreAllMocks());

afterAll(async () => {
  await Promise.all([open?.closeMs(), owner?.end()]);
  await redis?.kill();
  await database?.drop();
});

/** Asks as a dashboard does; answers the tag. */
async function ask(kind: keyof typeof made, url: string, load: () => Promise<unknown>): Promise<void> {
  const reader = { userId, timeZone: 'Europe/Berlin' };
  const { data, redisBudgetMs } = await open.versions.read(userId);
  const version = `d${data}`;
  const tag = answerTag(reader, version, localDay(Date.now(), reader.timeZone), url);
  await open.cache.getOrLoad({ kind, reader, url, version, tag }, redisBudgetMs, load);
}

/** Changes the data as an ingestion does; answers who asked for something lately. */
async function change(): Promise<readonly string[]> {
  const versions = await open.database.inTransaction([userId], (tx) => bumpDataVersions(tx, [userId], new Set()));
  const asked = await open.versions.tell(versions);
  open.warmer.changed(asked);
  return asked;
}

const noted = () => redis.ask((client) => client.hlen(`v1:asked:${userId}`));
const fail = () => Promise.reject(new Error('loaded for a reader'));

test('what was asked for is made again after a change, and the next who asks finds it', async () => {
  await ask('recent', '/v1/recent', () => Promise.resolve(1));
  await ask('series', '/v1/series?metrics=a,b&bucket=day', () => Promise.resolve(1));
  await until(async () => (await noted()) === 2);
  expect(await change()).toEqual([userId]);
  await until(() => made.recent.mock.calls.length === 1 && made.series.mock.calls.length === 1);
  expect(made.series).toHaveBeenCalledWith({ userId, timeZone: 'Europe/Berlin' }, { metrics: 'a,b', bucket: 'day' });
  await ask('recent', '/v1/recent', fail);
  await ask('series', '/v1/series?metrics=a,b&bucket=day', fail);
  expect(made.summary).not.toHaveBeenCalled();
});

test('for who asked for nothing nothing is made', async () => {
  expect(await change()).toEqual([]);
  await delay(50);
  expect(made.recent).not.toHaveBeenCalled();
});

test('many changes in a row are two makings, the last of them after the last change', async () => {
  await ask('recent', '/v1/recent', () => Promise.resolve(1));
  await until(async () => (await noted()) === 1);
  for (let i = 0; i < 10; i++) await change();
  await until(() => made.recent.mock.calls.length === 2);
  await delay(50);
  expect(made.recent).toHaveBeenCalledTimes(2);
  await ask('recent', '/v1/recent', fail);
});

test('what was made twice for nobody is not made a third time', async () => {
  await ask('recent', '/v1/recent', () => Promise.resolve(1));
  await until(async () => (await noted()) === 1);
  for (let i = 1; i <= 2; i++) {
    await change();
    await until(() => made.recent.mock.calls.length === i);
    await delay(2100);
  }
  await change();
  await until(async () => (await noted()) === 0);
  expect(made.recent).toHaveBeenCalledTimes(2);
});

test('one that cannot be made keeps none of the others', async () => {
  made.recent.mockRejectedValue(new Error('no database'));
  await ask('recent', '/v1/recent', () => Promise.resolve(1));
  await ask('summary', '/v1/summary', () => Promise.resolve(1));
  await until(async () => (await noted()) === 2);
  await change();
  await until(() => made.summary.mock.calls.length === 1);
});

describe('what lies in Redis', () => {
  test.each([
    ['no JSON', (key: string) => ['hset', key, 'garbage', '0']],
    ['of no kind', (key: string) => ['hset', key, '["constructor","UTC","/v1/recent"]', '0']],
    ['no hash', (key: string) => ['set', key, 'garbage']],
  ])('and is %s makes nothing and does no harm', async (_what, command) => {
    const [name, ...args] = command(`v1:asked:${userId}`) as [string, ...string[]];
    await redis.ask((client) => client.call(name, ...args));
    await change();
    await delay(50);
    expect(Object.values(made).flatMap(({ mock }) => mock.calls)).toEqual([]);
    await ask('recent', '/v1/recent', () => Promise.resolve(1));
    await until(async () => (await noted()) >= 1);
  });

  test('of one user is twenty questions at most', async () => {
    for (let i = 0; i < 25; i++) await ask('series', `/v1/series?metrics=m${i}`, () => Promise.resolve(1));
    await until(async () => (await noted()) === 20);
    await delay(50);
    expect(await noted()).toBe(20);
  });
});

test('the start fails when a loader is missing or there twice', () => {
  expect(() => open.loaders.register('recent', made.recent)).toThrow('two features register the loader of recent');
});
