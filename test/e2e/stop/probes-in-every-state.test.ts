import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RedisProcess } from '../../support/redis-process';
import { Replica } from '../../support/replica';
import { TcpRelay } from '../../support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';

/** Key of the lock that migrators take, as `migrate.ts` has it. */
const migrationLockKey = '7309453672214562893';

let database: TestDatabase;
let relay: TcpRelay;
let redis: RedisProcess;
let replica: Replica;
let migrator: Client | null;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database?.drop());

beforeEach(async () => {
  migrator = null;
  redis = await RedisProcess.started();
  relay = await TcpRelay.before(database.url);
  const parts = {
    databaseUrl: relay.url,
    redisUrl: redis.url,
    env: { DRAIN_DELAY_MS: '60000', SHUTDOWN_TIMEOUT_MS: '70000' },
  };
  replica = await Replica.create(parts);
});

afterEach(async () => {
  redis.thaw();
  await replica.remove();
  await migrator?.end();
  await relay.cut();
  await redis.kill();
});

/** Another process migrates until `endMigration`. */
async function migrateElsewhere(): Promise<void> {
  migrator = new Client({ connectionString: database.ownerUrl });
  await migrator.connect();
  await migrator.query('SELECT pg_advisory_lock($1)', [migrationLockKey]);
}

async function endMigration(): Promise<void> {
  await migrator?.end();
  migrator = null;
}

async function asOwner(sql: string): Promise<void> {
  const client = new Client({ connectionString: database.ownerUrl });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** This month's partition of the bodies, and what it holds. */
function thisMonth() {
  const now = new Date();
  const [from = '', to = ''] = [0, 1].map((months) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1)).toISOString(),
  );
  return { name: `raw_ingestions_${from.slice(0, 7).replace('-', '_')}`, bounds: `FROM ('${from}') TO ('${to}')` };
}

type Change = () => Promise<unknown> | unknown;

/** What an orchestrator sees in each state of a running process; 0 is no answer. */
const states: readonly { state: string; enter: Change; leave: Change | null; health: number; ready: number }[] = [
  { state: 'all is well', enter: () => undefined, leave: null, health: 200, ready: 200 },
  { state: 'PostgreSQL is down', enter: () => relay.cut(), leave: () => relay.mend(), health: 200, ready: 503 },
  { state: 'Redis is down', enter: () => redis.kill(), leave: () => redis.start(), health: 200, ready: 200 },
  { state: 'Redis is frozen', enter: () => redis.freeze(), leave: () => redis.thaw(), health: 200, ready: 200 },
  { state: 'another process migrates', enter: migrateElsewhere, leave: endMigration, health: 200, ready: 200 },
  {
    state: 'a partition is missing',
    enter: () => asOwner(`ALTER TABLE raw_ingestions DETACH PARTITION ${thisMonth().name}`),
    leave: () =>
      asOwner(`ALTER TABLE raw_ingestions ATTACH PARTITION ${thisMonth().name} FOR VALUES ${thisMonth().bounds}`),
    health: 200,
    ready: 503,
  },
  {
    state: 'its event loop does not turn',
    enter: () => replica.kill('SIGSTOP'),
    leave: () => replica.kill('SIGCONT'),
    health: 0,
    ready: 0,
  },
  { state: 'it drains', enter: () => replica.kill('SIGTERM'), leave: null, health: 200, ready: 503 },
];

describe('the probes', { timeout: 120_000 }, () => {
  test.each(states)('$state: /health $health, /ready $ready', async ({ enter, leave, health, ready }) => {
    await replica.start();
    await enter();
    const answers = async () => [await replica.probe('/health'), await replica.probe('/ready')];
    // What was found out a moment ago may be told for a second.
    await until(async () => (await replica.probe('/ready')) === ready);
    expect(await answers()).toEqual([health, ready]);
    if (leave === null) return;
    await leave();
    await until(async () => (await replica.probe('/ready')) === 200);
    expect(await answers()).toEqual([200, 200]);
  });

  test('it waits for a migration before it starts: nobody answers, and then both are 200', async () => {
    await migrateElsewhere();
    replica.spawn();
    await until(async () => {
      const { rows } = await (migrator as Client).query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      return rows.length > 0;
    }, 60_000);
    expect([await replica.probe('/health'), await replica.probe('/ready')]).toEqual([0, 0]);
    await endMigration();
    await until(async () => (await replica.probe('/ready')) === 200, 60_000);
    expect(await replica.probe('/health')).toBe(200);
  });
});
