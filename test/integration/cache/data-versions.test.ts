import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { toVersionText } from '../../../src/cache/version-text';
import { bumpDataVersions, type UserDataVersion } from '../../../src/database/data-version';
import { RedisProcess } from '../../support/redis-process';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { type OpenCache, openCache } from './open-cache';

let redis: RedisProcess;
let database: TestDatabase;
let writer: OpenCache;
let reader: OpenCache;
let owner: Client;

beforeAll(async () => {
  [redis, database] = await Promise.all([RedisProcess.started(), createTestDatabase()]);
  [writer, reader] = await Promise.all([openCache(redis.url, database), openCache(redis.url, database)]);
  for (const { readiness } of [writer, reader]) {
    await until(async () => (await readiness.check()).details['redis']?.['degraded'] === undefined);
  }
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
});

afterEach(() => vi.restoreAllMocks());

afterAll(async () => {
  await Promise.all([writer?.closeMs(), reader?.closeMs(), owner?.end()]);
  await redis?.kill();
  await database?.drop();
});

async function newUser(): Promise<string> {
  const userId = randomUUID();
  await owner.query('INSERT INTO users (id, name) VALUES ($1, $2)', [userId, userId]);
  return userId;
}

/** Changes a user's data as an ingestion does, up to the commit. */
function change(userId: string, ofHistory = false): Promise<readonly UserDataVersion[]> {
  const history = new Set(ofHistory ? [userId] : []);
  return writer.database.inTransaction([userId], (tx) => bumpDataVersions(tx, [userId], history));
}

const read = async (userId: string, by = reader): Promise<string> => {
  const { data, history } = await by.versions.read(userId);
  return `${data}.${history}`;
};

const key = (userId: string): string => `v1:version:${userId}`;

test('a version that was told is what every process reads at once, without the database', async () => {
  const userId = await newUser();
  expect(await read(userId)).toBe('0.0');
  await writer.versions.tell(await change(userId));
  const ask = vi.spyOn(reader.database, 'inReadOnlyTransaction');
  expect(await read(userId)).toBe('1.0');
  await writer.versions.tell(await change(userId, true));
  expect(await read(userId)).toBe('2.1');
  expect(ask).not.toHaveBeenCalled();
});

test('a version that nobody knows is read for the first and for all others, and then known to all processes', async () => {
  const userId = await newUser();
  const ask = vi.spyOn(reader.database, 'inReadOnlyTransaction');
  expect(new Set(await Promise.all(Array.from({ length: 100 }, () => read(userId))))).toEqual(new Set(['0.0']));
  expect(ask.mock.calls.length).toBeLessThanOrEqual(2);
  await until(() => redis.ask(async (client) => (await client.exists(key(userId))) === 1));
  const other = vi.spyOn(writer.database, 'inReadOnlyTransaction');
  expect(await read(userId, writer)).toBe('0.0');
  expect(other).not.toHaveBeenCalled();
});

test('an older version that arrives later changes nothing', async () => {
  const userId = await newUser();
  const older = await change(userId);
  const newer = await change(userId);
  await writer.versions.tell(newer);
  await writer.versions.tell(older);
  expect(await read(userId)).toBe('2.0');
});

test('one of a reader who read before the change and says so after it changes nothing', async () => {
  const userId = await newUser();
  const { database: slow } = reader;
  const inReadOnlyTransaction = slow.inReadOnlyTransaction.bind(slow);
  let goOn = (): void => undefined;
  const changed = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  vi.spyOn(slow, 'inReadOnlyTransaction').mockImplementationOnce(async (userIds, work) => {
    const result = await inReadOnlyTransaction(userIds, work);
    await changed;
    return result;
  });
  const early = read(userId);
  await delay(50);
  await writer.versions.tell(await change(userId));
  goOn();
  expect(await early).toBe('0.0');
  await delay(50);
  expect(await read(userId)).toBe('1.0');
});

test('an untold version is seen by its own process at once and by others within the time of trust', async () => {
  const userId = await newUser();
  expect(await read(userId)).toBe('0.0');
  await until(() => redis.ask(async (client) => (await client.exists(key(userId))) === 1));
  const versions = await change(userId);
  redis.freeze();
  expect(await writer.versions.tell(versions)).toEqual([]);
  redis.thaw();
  await until(async () => (await writer.readiness.check()).details['redis']?.['degraded'] === undefined);
  expect(await read(userId, writer)).toBe('1.0');
  const startedAtMs = performance.now();
  await until(async () => (await read(userId)) === '1.0');
  expect(performance.now() - startedAtMs).toBeLessThan(3500);
});

test.each([
  ['garbage', () => 'garbage'],
  ['long past', () => toVersionText({ data: '9', history: '9' }, Date.now() - 1)],
  ['trusted for ever', () => toVersionText({ data: '9', history: '9' }, Date.now() + 86_400_000)],
])('what Redis says is replaced when it is %s', async (_what, lie) => {
  const userId = await newUser();
  await redis.ask((client) => client.set(key(userId), lie()));
  expect(await read(userId)).toBe('0.0');
  await until(() => redis.ask(async (client) => ((await client.get(key(userId))) ?? '').startsWith('0.0.')));
  await redis.ask((client) => client.set(key(userId), lie()));
  await writer.versions.tell(await change(userId));
  expect(await read(userId)).toBe('1.0');
});

test('a list under the key is replaced too', async () => {
  const userId = await newUser();
  await redis.ask((client) => client.rpush(key(userId), '9.9.9'));
  expect(await read(userId)).toBe('0.0');
  await writer.versions.tell(await change(userId));
  expect(await read(userId)).toBe('1.0');
});

test('versions are gone from Redis soon after nobody asks', async () => {
  const userId = await newUser();
  await writer.versions.tell(await change(userId));
  expect(await redis.ask((client) => client.pttl(key(userId)))).toBeLessThanOrEqual(3000);
});
