import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RedisProcess } from '../../support/redis-process';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { counted, keyOf, type OpenCache, openCache } from './open-cache';

/** Longer than the budget of one operation, for what else the machine does meanwhile. */
const slackMs = 200;

let redis: RedisProcess | null = null;
let open: OpenCache | null = null;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database?.drop());

afterEach(async () => {
  await open?.closeMs();
  await redis?.kill();
  open = null;
  redis = null;
});

async function openOn(server: RedisProcess): Promise<OpenCache> {
  redis = server;
  open = await openCache(server.url, database);
  return open;
}

async function isDegraded({ readiness }: OpenCache): Promise<boolean> {
  const { details, status } = await readiness.check();
  expect(status).toBe('ok');
  expect(details['redis']?.status).toBe('up');
  return details['redis']?.['degraded'] === true;
}

/** Loads a new answer and says how long it took. */
async function loadMs({ ask }: OpenCache, user = randomUUID()): Promise<number> {
  const startedAtMs = performance.now();
  expect(await ask(user, 'd1', () => Promise.resolve('loaded'))).toBe('"loaded"');
  return performance.now() - startedAtMs;
}

/** Waits until new answers arrive in Redis. */
async function untilUsed(server: RedisProcess, cache: OpenCache): Promise<void> {
  await until(async () => {
    const user = randomUUID();
    await loadMs(cache, user);
    return server.ask(async (client) => (await client.exists(keyOf(user, 'd1'))) === 1);
  });
}

describe('Redis', () => {
  test('absent at start: the cache opens at once, works, and uses it when it comes', async () => {
    const server = await RedisProcess.absent();
    const startedAtMs = performance.now();
    const cache = await openOn(server);
    expect(performance.now() - startedAtMs).toBeLessThan(1000);
    expect(await loadMs(cache)).toBeLessThan(slackMs);
    expect(await isDegraded(cache)).toBe(true);
    await server.start();
    await untilUsed(server, cache);
    await until(async () => !(await isDegraded(cache)));
  });

  test('killed: the cache works on, and uses it when it is back', async () => {
    const server = await RedisProcess.started();
    const cache = await openOn(server);
    await untilUsed(server, cache);
    await server.kill();
    for (let i = 0; i < 20; i++) expect(await loadMs(cache)).toBeLessThan(slackMs);
    await until(() => isDegraded(cache));
    await server.start();
    await untilUsed(server, cache);
  });

  test('frozen: nobody waits longer than the budget, soon nobody at all, and it is used when it goes on', async () => {
    const server = await RedisProcess.started();
    const cache = await openOn(server);
    await untilUsed(server, cache);
    server.freeze();
    const timeouts = () => counted('cache_errors_total', { reason: 'timeout' });
    const timeoutsBefore = await timeouts();
    const timesMs: number[] = [];
    for (let i = 0; i < 10; i++) timesMs.push(await loadMs(cache));
    expect(Math.max(...timesMs)).toBeLessThan(50 + slackMs);
    expect(timesMs.filter((timeMs) => timeMs >= 45).length).toBeLessThanOrEqual(5);
    expect(await timeouts()).toBeGreaterThanOrEqual(timeoutsBefore + 3);
    expect(await isDegraded(cache)).toBe(true);
    server.thaw();
    await untilUsed(server, cache);
    await until(async () => !(await isDegraded(cache)));
  });

  test('frozen under a crowd: all are served, and what waits for Redis is bounded', async () => {
    const server = await RedisProcess.started();
    const cache = await openOn(server);
    await untilUsed(server, cache);
    server.freeze();
    const refusedBefore = await counted('cache_errors_total', { reason: 'refused' });
    const timesMs = await Promise.all(Array.from({ length: 2500 }, () => loadMs(cache)));
    expect(Math.max(...timesMs)).toBeLessThan(5000);
    expect(await counted('cache_errors_total', { reason: 'refused' })).toBeGreaterThanOrEqual(refusedBefore + 1500);
  });

  test('refusing us: the cache works, and uses it when it is let in', async () => {
    const server = await RedisProcess.started();
    await server.ask((client) => client.config('SET', 'requirepass', 'secret'));
    const cache = await openOn(server);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await loadMs(cache)).toBeLessThan(slackMs);
    expect(await isDegraded(cache)).toBe(true);
    await server.ask(async (client) => {
      await client.auth('secret');
      await client.config('SET', 'requirepass', '');
    });
    await untilUsed(server, cache);
  });

  test('none by configuration: memory alone', async () => {
    open = await openCache(null, database);
    const user = randomUUID();
    await loadMs(open, user);
    expect(await open.ask(user, 'd1', () => Promise.reject(new Error('loaded again')))).toBe('"loaded"');
    expect((await open.readiness.check()).details['redis']).toEqual({
      status: 'up',
      degraded: true,
      reason: 'not_configured',
    });
  });

  test.each(['absent', 'killed', 'frozen', 'frozen before the start', 'up'])(
    '%s: the cache closes at once',
    async (state) => {
      const server = state === 'absent' ? await RedisProcess.absent() : await RedisProcess.started();
      if (state === 'frozen before the start') server.freeze();
      const cache = await openOn(server);
      if (state === 'killed' || state === 'frozen') await untilUsed(server, cache);
      if (state === 'killed') await server.kill();
      if (state === 'frozen') server.freeze();
      await loadMs(cache);
      open = null;
      expect(await cache.closeMs()).toBeLessThan(500);
    },
  );
});
