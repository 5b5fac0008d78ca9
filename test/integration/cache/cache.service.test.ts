import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RedisProcess } from '../../support/redis-process';
import { until } from '../../support/until';
import { counted, type OpenCache, openCache } from './open-cache';

let redis: RedisProcess;
let open: OpenCache;

beforeAll(async () => {
  redis = await RedisProcess.started();
  open = await openCache(redis.url);
  await until(async () => (await open.readiness.check()).details['redis']?.['degraded'] === undefined);
});

afterAll(async () => {
  await open?.closeMs();
  await redis?.kill();
});

/** A loader that counts, and whose value is another one each time. */
function loader() {
  let loads = 0;
  return vi.fn(async () => {
    await delay(10);
    return { answer: ++loads };
  });
}

describe('an answer', () => {
  test('is loaded once for a version and again for another', async () => {
    const [user, load] = [randomUUID(), loader()];
    expect(await open.cache.getOrLoad('metrics', user, '1', load)).toEqual({ answer: 1 });
    expect(await open.cache.getOrLoad('metrics', user, '1', load)).toEqual({ answer: 1 });
    expect(await open.cache.getOrLoad('metrics', user, '2', load)).toEqual({ answer: 2 });
    expect(await open.cache.getOrLoad('metrics', randomUUID(), '1', load)).toEqual({ answer: 3 });
  });

  test('is in Redis under its key, for as long as promised, where another process finds it', async () => {
    const [user, load] = [randomUUID(), loader()];
    await open.cache.getOrLoad('metrics', user, '7', load);
    const key = `v1:metrics:${user}:7`;
    await until(() => redis.ask(async (client) => (await client.exists(key)) === 1));
    expect(await redis.ask((client) => client.get(key))).toBe('{"answer":1}');
    const lifetimeMs = await redis.ask((client) => client.pttl(key));
    expect(lifetimeMs).toBeGreaterThan(530_000);
    expect(lifetimeMs).toBeLessThanOrEqual(600_000);

    const other = await openCache(redis.url);
    await until(async () => (await other.readiness.check()).details['redis']?.['degraded'] === undefined);
    expect(await other.cache.getOrLoad('metrics', user, '7', load)).toEqual({ answer: 1 });
    await redis.ask((client) => client.del(key));
    expect(await other.cache.getOrLoad('metrics', user, '7', load)).toEqual({ answer: 1 });
    expect(load).toHaveBeenCalledTimes(1);
    await other.closeMs();
  });

  test('is loaded once for all who ask at the same time', async () => {
    const [user, load] = [randomUUID(), loader()];
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => open.cache.getOrLoad('metrics', user, '1', load)),
    );
    expect(load).toHaveBeenCalledTimes(1);
    expect(new Set(answers).size).toBe(50);
    expect(answers.every(({ answer }) => answer === 1)).toBe(true);
  });

  test('that could not be loaded is an error to all who wait, and loaded anew for the next', async () => {
    const user = randomUUID();
    const fail = () => delay(10).then(() => Promise.reject(new Error('no database')));
    const failures = await Promise.allSettled([
      open.cache.getOrLoad('metrics', user, '1', fail),
      open.cache.getOrLoad('metrics', user, '1', fail),
    ]);
    expect(failures.map((failure) => failure.status)).toEqual(['rejected', 'rejected']);
    expect(await open.cache.getOrLoad('metrics', user, '1', loader())).toEqual({ answer: 1 });
  });

  test('is a copy of its own in the shape of JSON, loaded or kept', async () => {
    const user = randomUUID();
    const load = () => Promise.resolve({ at: new Date(0), tags: ['a'] });
    const ask = () => open.cache.getOrLoad<{ at: unknown; tags: string[] }>('metrics', user, '1', load);
    const first = await ask();
    first.tags.push('changed by a caller');
    expect(await ask()).toEqual({ at: '1970-01-01T00:00:00.000Z', tags: ['a'] });
    expect(first.at).toBe('1970-01-01T00:00:00.000Z');
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['what JSON cannot express', 1n],
  ])('that is %s is passed on and not kept', async (_what, value) => {
    const user = randomUUID();
    const load = vi.fn(() => Promise.resolve(value));
    expect(await open.cache.getOrLoad('metrics', user, '1', load)).toBe(value);
    expect(await open.cache.getOrLoad('metrics', user, '1', load)).toBe(value);
    expect(load).toHaveBeenCalledTimes(2);
    expect(await redis.ask((client) => client.exists(`v1:metrics:${user}:1`))).toBe(0);
  });
});

describe('what is found in Redis', () => {
  test.each([
    ['not JSON', ['set', '{"answer":']],
    ['empty', ['set', '']],
    ['null', ['set', 'null']],
    ['a list', ['rpush', 'x']],
  ] as const)('and is %s is a miss and overwritten', async (_what, [command, value]) => {
    const user = randomUUID();
    const key = `v1:metrics:${user}:1`;
    await redis.ask((client) => client.call(command, key, value));
    expect(await open.cache.getOrLoad('metrics', user, '1', loader())).toEqual({ answer: 1 });
    await until(() =>
      redis.ask(async (client) => (await client.type(key)) === 'string' && (await client.get(key)) === '{"answer":1}'),
    );
  });

  test('and is of somebody else stays: nothing is flushed and no keys are listed', async () => {
    await redis.ask((client) => client.set('{health-export}:maintenance:meta', 'queue'));
    await open.cache.getOrLoad('metrics', randomUUID(), '1', loader());
    const stats = await redis.ask((client) => client.info('commandstats'));
    expect(stats).toContain('cmdstat_set:');
    expect(stats).not.toMatch(/cmdstat_(keys|flushdb|flushall|scan):/);
  });
});

test('hits, misses and errors are counted', async () => {
  const before = async () => ({
    memory: await counted('cache_hits_total', { kind: 'metrics', tier: 'memory' }),
    redis: await counted('cache_hits_total', { kind: 'metrics', tier: 'redis' }),
    misses: await counted('cache_misses_total', { kind: 'metrics' }),
    refused: await counted('cache_errors_total', { reason: 'refused' }),
  });
  const [start, user, load] = [await before(), randomUUID(), loader()];
  await redis.ask((client) => client.set(`v1:metrics:${user}:1`, 'garbage'));
  await redis.ask((client) => client.set(`v1:metrics:${user}:2`, '{"answer":9}'));
  await open.cache.getOrLoad('metrics', user, '1', load);
  await open.cache.getOrLoad('metrics', user, '1', load);
  await open.cache.getOrLoad('metrics', user, '1', load);
  await open.cache.getOrLoad('metrics', user, '2', load);
  expect(await before()).toEqual({
    memory: start.memory + 2,
    redis: start.redis + 1,
    misses: start.misses + 1,
    refused: start.refused + 1,
  });
});

test('memory holds some hundred entries and no more characters than its limit', async () => {
  const alone = await openCache(null);
  const [user, load] = [randomUUID(), vi.fn(() => Promise.resolve('x'.repeat(1024 * 1024)))];
  for (let version = 0; version < 20; version++) await alone.cache.getOrLoad('metrics', user, `${version}`, load);
  await alone.cache.getOrLoad('metrics', user, '19', load);
  expect(load).toHaveBeenCalledTimes(20);
  await alone.cache.getOrLoad('metrics', user, '0', load);
  expect(load).toHaveBeenCalledTimes(21);
  await alone.closeMs();
});
