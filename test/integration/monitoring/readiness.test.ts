import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DrainState } from '../../../src/monitoring/drain-state';
import { RedisProcess } from '../../support/redis-process';
import { TcpRelay } from '../../support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { type OpenMonitoring, openMonitoring } from './open-monitoring';

let database: TestDatabase;
let relay: TcpRelay;
let redis: RedisProcess;
let open: OpenMonitoring | null;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database?.drop());

beforeEach(async () => {
  open = null;
  redis = await RedisProcess.started();
});

afterEach(async () => {
  redis.thaw();
  // A pool waits for its last statement, which a blocked relay keeps for ever.
  await relay?.cut();
  await open?.app.close();
  await redis.kill();
});

async function start(databaseUrl = database.url): Promise<OpenMonitoring> {
  relay = await TcpRelay.before(databaseUrl);
  open = await openMonitoring({ databaseUrl: relay.url, redisUrl: redis.url });
  return open;
}

async function asOwner(sql: string): Promise<void> {
  const client = new Client({ connectionString: database.ownerUrl });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** Takes the partition of the month `monthsAhead` after this one away from a table, or gives it back. */
function moveMonth(what: 'DETACH' | 'ATTACH', table: string, monthsAhead: number): Promise<void> {
  const now = new Date();
  const [from = '', to = ''] = [monthsAhead, monthsAhead + 1].map((months) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1)).toISOString(),
  );
  const partition = `${table}_${from.slice(0, 7).replace('-', '_')}`;
  const bounds = what === 'ATTACH' ? `FOR VALUES FROM ('${from}') TO ('${to}')` : '';
  return asOwner(`ALTER TABLE ${table} ${what} PARTITION ${partition} ${bounds}`);
}

const rename = (change: string) => asOwner(`UPDATE migrations SET name = ${change}`);

const up = { status: 'up' };
const down = (reason: string) => ({ status: 'down', reason });
const degraded = { status: 'up', degraded: true, reason: 'no_answer' };

/** Each state of the parts: how it comes about, how it ends (absent: it does not) and what `/ready` says meanwhile. */
const states: readonly {
  state: string;
  begin: () => Promise<unknown> | unknown;
  end?: () => Promise<unknown> | unknown;
  status: number;
  details: object;
}[] = [
  {
    state: 'PostgreSQL stopped',
    begin: () => relay.cut(),
    end: () => relay.mend(),
    status: 503,
    details: { database: down('unreachable'), redis: up },
  },
  {
    state: 'PostgreSQL not answering',
    begin: () => relay.block(),
    status: 503,
    details: { database: down('timeout'), redis: up },
  },
  {
    state: 'the newest migration not applied',
    begin: () => rename(`'not ' || name`),
    end: () => rename(`substr(name, 5)`),
    status: 503,
    details: { database: down('not_migrated'), redis: up },
  },
  {
    state: 'this month’s partition missing',
    begin: () => moveMonth('DETACH', 'raw_ingestions', 0),
    end: () => moveMonth('ATTACH', 'raw_ingestions', 0),
    status: 503,
    details: { database: down('partitions_missing'), redis: up },
  },
  {
    state: 'next month’s partition missing, and the one after it there',
    begin: () => moveMonth('DETACH', 'quantity_metrics', 1),
    end: () => moveMonth('ATTACH', 'quantity_metrics', 1),
    status: 503,
    details: { database: down('partitions_missing'), redis: up },
  },
  {
    state: 'Redis killed',
    begin: () => redis.kill(),
    end: () => redis.start(),
    status: 200,
    details: { database: up, redis: degraded },
  },
  {
    state: 'Redis frozen',
    begin: () => redis.freeze(),
    end: () => redis.thaw(),
    status: 200,
    details: { database: up, redis: degraded },
  },
  {
    state: 'PostgreSQL stopped and Redis killed',
    begin: () => Promise.all([relay.cut(), redis.kill()]),
    end: () => Promise.all([relay.mend(), redis.start()]),
    status: 503,
    details: { database: down('unreachable'), redis: degraded },
  },
  {
    state: 'draining',
    begin: () => open?.app.get(DrainState, { strict: false }).begin(),
    status: 503,
    details: { database: up, redis: up, requests: down('draining') },
  },
];

const allUp = { database: up, redis: up, requests: up };

describe('GET /ready', () => {
  test.each(states)('with $state', async ({ begin, end, status, details }) => {
    const { get } = await start();
    await until(async () => isDeepStrictEqual((await get('/ready')).body.details, allUp));
    await begin();
    const expected = { status, details: { ...allUp, ...details } };
    const ask = async () => {
      const answer = await get('/ready');
      return { status: answer.status, details: answer.body.details };
    };
    // What was found out a moment ago may be told for a second.
    await until(async () => isDeepStrictEqual(await ask(), expected), 3000).catch(() => undefined);
    expect(await ask()).toEqual(expected);
    expect((await get('/health')).status).toBe(200);
    if (end === undefined) return;
    await end();
    await until(async () => isDeepStrictEqual(await ask(), { status: 200, details: allUp }));
  });

  test('is 503 from the moment at which draining begins, also to who has just been told that all is well', async () => {
    const { app, get } = await start();
    await until(async () => isDeepStrictEqual((await get('/ready')).body.details, allUp));
    app.get(DrainState, { strict: false }).begin();
    // The very next answer: nobody waits for it to become so.
    const { status, body } = await get('/ready');
    expect({ status, error: body.error }).toEqual({ status: 503, error: { requests: down('draining') } });
  });

  test('with a database that was never migrated, and one that is dropped', async () => {
    const empty = await createTestDatabase({ empty: true });
    const { get } = await start(empty.url);
    const { status, body } = await get('/ready');
    expect(status).toBe(503);
    expect(body.error).toEqual({ database: down('not_migrated') });
    await empty.drop();
    await until(async () => (await get('/ready')).body.error.database.reason === 'unreachable');
  });

  test('names what is down in the shape of Terminus, for anybody, uncached', async () => {
    const { get } = await start();
    await relay.cut();
    const { status, headers, body } = await get('/ready');
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'error', error: { database: down('unreachable') }, info: { requests: up } });
    expect(headers.get('content-type')).toContain('application/json');
    expect(headers.get('cache-control')).toContain('no-store');
    expect(Object.keys(body)).toEqual(['status', 'info', 'error', 'details']);
  });

  test('answers within the time of its probes when PostgreSQL does not answer', async () => {
    const { get } = await start();
    await get('/ready');
    relay.block();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const startedAtMs = performance.now();
    await Promise.all(Array.from({ length: 20 }, () => get('/ready')));
    expect(performance.now() - startedAtMs).toBeLessThan(1500);
  });
});
