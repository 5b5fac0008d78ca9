import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RedisProcess } from '../../support/redis-process';
import { TcpRelay } from '../../support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { type OpenMonitoring, openMonitoring } from './open-monitoring';

let database: TestDatabase;
let redis: RedisProcess;
let relay: TcpRelay;
let open: OpenMonitoring;

beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), RedisProcess.started()]);
});

afterEach(async () => {
  redis.thaw();
  await relay?.cut();
  await open?.app.close();
});

afterAll(async () => {
  await Promise.all([database?.drop(), redis?.kill()]);
});

async function start(redisUrl: string | null): Promise<void> {
  relay = await TcpRelay.before(database.url);
  open = await openMonitoring({ databaseUrl: relay.url, redisUrl });
}

/** Asks as often as Prometheus would until the figures are these: `/ready` is never asked. */
async function untilFigures(figures: Readonly<Record<string, number>>): Promise<void> {
  const read = async () => {
    const lines = (await open.get('/metrics')).text.matchAll(/^health_export_part_ready\{part="(\w+)"\} (\S+)$/gm);
    return Object.fromEntries([...lines].map(([, part, value]) => [part, Number(value)]));
  };
  let last: unknown;
  await until(async () => {
    last = await read();
    return JSON.stringify(last) === JSON.stringify(figures);
  }).catch(() => expect(last).toEqual(figures));
}

describe('part_ready', () => {
  test('follows PostgreSQL and Redis as they go and come back', async () => {
    await start(redis.url);
    await untilFigures({ database: 1, redis: 1 });
    await relay.cut();
    await untilFigures({ database: 0, redis: 1 });
    await relay.mend();
    redis.freeze();
    await untilFigures({ database: 1, redis: 0 });
    redis.thaw();
    await untilFigures({ database: 1, redis: 1 });
  });

  test('says nothing of a Redis that is not there by configuration', async () => {
    await start(null);
    await untilFigures({ database: 1 });
  });
});
