import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeEntry } from '../../../src/cache/cached-answer';
import { RedisProcess } from '../../support/redis-process';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { addressOf, counted, keyOf, type OpenCache, openCache } from './open-cache';

let redis: RedisProcess;
let database: TestDatabase;
let open: OpenCache;
let other: OpenCache | null = null;

async function openReady(): Promise<OpenCache> {
  const cache = await openCache(redis.url, database);
  await until(async () => (await cache.readiness.check()).details['redis']?.['degraded'] === undefined);
  return cache;
}

beforeAll(async () => {
  [redis, database] = await Promise.all([RedisProcess.started(), createTestDatabase()]);
  open = await openReady();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await other?.closeMs();
  other = null;
});

afterAll(async () => {
  await open?.closeMs();
  await redis?.kill();
  await database?.drop();
});

/** A loader that counts, and whose value is another one each time. */
function loader() {
  let loads = 0;
  return vi.fn(async () => {
    await delay(10);
    return { answer: ++loads };
  });
}

const nth = (answer: number): string => JSON.stringify({ answer });

describe('an answer', () => {
  test('is loaded once for a version and again for another', async () => {
    const [user, load] = [randomUUID(), loader()];
    expect(await open.ask(user, 'd1', load)).toBe(nth(1));
    expect(await open.ask(user, 'd1', load)).toBe(nth(1));
    expect(await open.ask(user, 'd2', load)).toBe(nth(2));
    expect(await open.ask(randomUUID(), 'd1', load)).toBe(nth(3));
  });

  test('is in Redis under its key, for as long as promised, where another process finds it', async () => {
    const [user, load] = [randomUUID(), loader()];
    await open.ask(user, 'd7', load);
    const key = keyOf(user, 'd7');
    await until(() => redis.ask(async (client) => (await client.exists(key)) === 1));
    const entry = JSON.parse((await redis.ask((client) => client.get(key))) ?? '');
    expect(entry).toMatchObject({ key, text: nth(1) });
    const lifetimeMs = await redis.ask((client) => client.pttl(key));
    expect(lifetimeMs).toBeGreaterThan(530_000);
    expect(lifetimeMs).toBeLessThanOrEqual(600_000);

    other = await openReady();
    expect(await other.ask(user, 'd7', load)).toBe(nth(1));
    await redis.ask((client) => client.del(key));
    expect(await other.ask(user, 'd7', load)).toBe(nth(1));
    expect(load).toHaveBeenCalledTimes(1);
  });

  test('is loaded once for a thousand who ask two processes at the same time', async () => {
    other = await openReady();
    const [user, load] = [randomUUID(), loader()];
    const processes = [open, other];
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => (processes[i % 2] as OpenCache).ask(user, 'd1', load)),
    );
    expect(load).toHaveBeenCalledTimes(1);
    expect(new Set(answers)).toEqual(new Set([nth(1)]));
  });

  test('that another process fails to make is made by the one that waits, soon', async () => {
    other = await openReady();
    const user = randomUUID();
    const failed = other.ask(user, 'd1', () => delay(100).then(() => Promise.reject(new Error('no database'))));
    await until(() => redis.ask(async (client) => (await client.exists(`${keyOf(user, 'd1')}:making`)) === 1));
    const startedAtMs = performance.now();
    const [first, second] = await Promise.allSettled([failed, open.ask(user, 'd1', loader())]);
    expect(first.status).toBe('rejected');
    expect(second).toEqual({ status: 'fulfilled', value: nth(1) });
    expect(performance.now() - startedAtMs).toBeLessThan(900);
  });

  test('whose maker has died is made after a second by who waits', async () => {
    const user = randomUUID();
    await redis.ask((client) => client.set(`${keyOf(user, 'd1')}:making`, 'somebody who was killed', 'PX', 60_000));
    expect(await open.ask(user, 'd1', loader())).toBe(nth(1));
  });

  test('that could not be loaded is an error to all who wait, and loaded anew for the next', async () => {
    const user = randomUUID();
    const fail = () => delay(10).then(() => Promise.reject(new Error('no database')));
    const failures = await Promise.allSettled([open.ask(user, 'd1', fail), open.ask(user, 'd1', fail)]);
    expect(failures.map((failure) => failure.status)).toEqual(['rejected', 'rejected']);
    expect(await open.ask(user, 'd1', loader())).toBe(nth(1));
  });

  test('near its end is still given out, and made again meanwhile', async () => {
    const [user, load] = [randomUUID(), loader()];
    await open.ask(user, 'd1', load);
    const refreshed = await counted('cache_loads_total', { cause: 'refresh' });
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 500_000);
    expect(await open.ask(user, 'd1', load)).toBe(nth(1));
    await until(async () => (await open.ask(user, 'd1', load)) === nth(2));
    expect(await counted('cache_loads_total', { cause: 'refresh' })).toBe(refreshed + 1);
  });

  test('that is too long is passed on and not kept', async () => {
    const [user, load] = [randomUUID(), vi.fn(() => Promise.resolve('x'.repeat(300_000)))];
    await open.ask(user, 'd1', load);
    await open.ask(user, 'd1', load);
    expect(load).toHaveBeenCalledTimes(2);
    expect(await redis.ask((client) => client.exists(keyOf(user, 'd1')))).toBe(0);
  });
});

describe('what is found in Redis', () => {
  const entry = (key: string, text: string): string => JSON.stringify(makeEntry(key, text));

  test.each([
    ['not JSON', () => ['set', '{"answer":']],
    ['empty', () => ['set', '']],
    ['null', () => ['set', 'null']],
    ['a list', () => ['rpush', 'x']],
    ['another object', () => ['set', '{"answer":9}']],
    ['the entry of somebody else', () => ['set', entry(keyOf(randomUUID(), 'd1'), nth(9))]],
    ['cut off inside', (key: string) => ['set', entry(key, nth(9)).replace('9}', '}')]],
  ] as const)('and is %s is a miss and overwritten', async (_what, garbage) => {
    const user = randomUUID();
    const key = keyOf(user, 'd1');
    const [command, value] = garbage(key) as [string, string];
    await redis.ask((client) => client.call(command, key, value));
    expect(await open.ask(user, 'd1', loader())).toBe(nth(1));
    await until(() =>
      redis.ask(async (client) => (await client.type(key)) === 'string' && !!(await client.get(key))?.includes('1}')),
    );
  });

  test('and is of somebody else stays: nothing is flushed and no keys are listed', async () => {
    await redis.ask((client) => client.set('{health-export}:maintenance:meta', 'queue'));
    await open.ask(randomUUID(), 'd1', loader());
    const stats = await redis.ask((client) => client.info('commandstats'));
    expect(stats).toContain('cmdstat_set:');
    expect(stats).not.toMatch(/cmdstat_(keys|flushdb|flushall|scan):/);
  });
});

test('hits, misses and loads are counted', async () => {
  const before = async () => ({
    memory: await counted('cache_hits_total', { kind: 'metrics', tier: 'memory' }),
    redis: await counted('cache_hits_total', { kind: 'metrics', tier: 'redis' }),
    misses: await counted('cache_misses_total', { kind: 'metrics' }),
    reads: await counted('cache_loads_total', { kind: 'metrics', cause: 'read' }),
    changes: await counted('cache_loads_total', { kind: 'metrics', cause: 'change' }),
  });
  const [start, user, load] = [await before(), randomUUID(), loader()];
  await open.ask(user, 'd1', load);
  await open.ask(user, 'd1', load);
  await open.ask(user, 'd1', load);
  // What is made for nobody is neither hit nor miss.
  await open.cache.warm(addressOf(user, 'd2'), load);
  await until(() => redis.ask(async (client) => (await client.exists(keyOf(user, 'd2'))) === 1));
  await open.ask(user, 'd2', load);
  expect(await before()).toEqual({
    memory: start.memory + 2,
    redis: start.redis + 1,
    misses: start.misses + 1,
    reads: start.reads + 1,
    changes: start.changes + 1,
  });
});

test('memory holds some hundred entries and no more characters than its limit', async () => {
  const alone = await openCache(null, database);
  const [user, load] = [randomUUID(), vi.fn(() => Promise.resolve('x'.repeat(256 * 1024 - 2)))];
  for (let version = 0; version < 70; version++) await alone.ask(user, `d${version}`, load);
  await alone.ask(user, 'd69', load);
  expect(load).toHaveBeenCalledTimes(70);
  await alone.ask(user, 'd0', load);
  expect(load).toHaveBeenCalledTimes(71);
  await alone.closeMs();
});
