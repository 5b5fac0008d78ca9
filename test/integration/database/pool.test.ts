import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadSettings } from '../../../src/config/load-settings';
import type { Settings } from '../../../src/config/settings';
import type { DatabaseService } from '../../../src/database/database.service';
import { classifyFault } from '../../../src/database/sqlstate';
import { TcpRelay } from '../../support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { openDatabase, readBackendPid } from './open-database';

/** Long enough for a busy machine. */
const patiently = { timeout: 10_000, interval: 10 };

let testDatabase: TestDatabase;
let admin: Client;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  admin = new Client({ connectionString: testDatabase.url });
  await admin.connect();
});

afterAll(async () => {
  await admin.end();
  await testDatabase.drop();
});

async function withDatabase(given: Partial<Settings>, work: (database: DatabaseService) => Promise<void>) {
  const { database, close } = await openDatabase(testDatabase.url, given);
  await work(database).finally(close);
}

/** The server's side of the pool. */
async function readServedPids(): Promise<number[]> {
  const { rows } = await admin.query(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'health-export'`,
  );
  return rows.map((row) => row.pid);
}

describe('the pool', () => {
  test('has by default the limits that are documented, and the server knows those it has to keep', async () => {
    const { poolMin } = loadSettings({});
    await withDatabase({ poolMin }, async (database) => {
      const { max, min, idleTimeoutMillis, maxLifetimeSeconds, connectionTimeoutMillis } = database.pool().options;
      expect({ max, min, idleTimeoutMillis, maxLifetimeSeconds, connectionTimeoutMillis }).toEqual({
        max: 20,
        min: 5,
        idleTimeoutMillis: 300_000,
        maxLifetimeSeconds: 3600,
        connectionTimeoutMillis: 10_000,
      });
      const [shown] = await database.inTransaction([], (tx) =>
        tx.query(
          `SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
                  current_setting('idle_in_transaction_session_timeout') AS idle,
                  current_setting('timezone') AS zone, current_setting('application_name') AS name,
                  current_setting('synchronous_commit') AS durable`,
        ),
      );
      expect(shown).toEqual({
        statement: '10s',
        lock: '5s',
        idle: '10s',
        zone: 'UTC',
        name: 'health-export',
        durable: 'on',
      });
    });
  });

  test('opens its five at start', async () => {
    await withDatabase({ poolMin: 5 }, (database) => {
      expect(database.pool().totalCount).toBe(5);
      expect(database.pool().idleCount).toBe(5);
      return Promise.resolve();
    });
  });

  test('never holds more than its most, and who waits too long for one is told', async () => {
    await withDatabase({ poolMax: 3, poolConnectTimeoutMs: 300 }, async (database) => {
      let most = 0;
      const work = () =>
        database.inTransaction([], async (tx) => {
          most = Math.max(most, database.pool().totalCount);
          await tx.query('SELECT pg_sleep(0.02)');
        });
      await Promise.all(Array.from({ length: 12 }, work));
      expect(most).toBe(3);

      const holders = [1, 2, 3].map(() => database.inTransaction([], (tx) => tx.query('SELECT pg_sleep(1)')));
      await expect(database.inTransaction([], work)).rejects.toThrow('timeout exceeded when trying to connect');
      await Promise.all(holders);
      await work();
    });
  });

  test('closes what is not used, except for the least it keeps', async () => {
    await withDatabase({ poolMin: 2, poolMax: 6, poolIdleTimeoutMs: 50 }, async (database) => {
      const pool = database.pool();
      const counts = await Promise.all(
        Array.from({ length: 6 }, () =>
          database.inTransaction([], async (tx) => {
            await tx.query('SELECT pg_sleep(0.1)');
            return pool.totalCount;
          }),
        ),
      );
      expect(Math.max(...counts)).toBe(6);
      await vi.waitUntil(() => pool.totalCount <= 2, patiently);
      await delay(150);
      expect(pool.totalCount).toBe(2);
    });
  });

  test('replaces a connection that has reached its lifetime, and keeps its least while nobody asks', async () => {
    await withDatabase({ poolMin: 2, poolLifetimeS: 1 }, async (database) => {
      const first = await readBackendPid(database);
      await vi.waitUntil(async () => {
        const pids = await readServedPids();
        return pids.length === 2 && !pids.includes(first);
      }, patiently);
      expect(await readBackendPid(database)).not.toBe(first);
    });
  });

  test('fills up again after the server has cut everything', async () => {
    await withDatabase({ poolMin: 3 }, async (database) => {
      const cut = await readServedPids();
      expect(cut).toHaveLength(3);
      await admin.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [cut]);
      await vi.waitUntil(async () => {
        const pids = await readServedPids();
        return pids.length === 3 && !pids.some((pid) => cut.includes(pid));
      }, patiently);
      await readBackendPid(database);
    });
  });
});

test('a network that forgot its connections is given up on, and the next transaction has a new one', async () => {
  const relay = await TcpRelay.before(testDatabase.url);
  const { database, close } = await openDatabase(relay.url, { poolMin: 3, statementTimeoutMs: 100 });
  try {
    expect(database.pool().idleCount).toBe(3);
    relay.block();
    const ask = () => database.inTransaction([], (tx) => tx.query('SELECT 1 AS one'));
    const draw = database.nextValues('ingestion_seq', 1);
    const outcomes = await Promise.allSettled([ask(), draw]);
    for (const outcome of outcomes) {
      expect(outcome.status === 'rejected' && classifyFault(outcome.reason)).toBe('unavailable');
    }
    relay.unblock();
    // None of the connections of before is used, not even those that nobody has tried.
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill([{ one: 1 }]));
  } finally {
    await close();
    await relay.cut();
  }
});

test.each([
  ['a commit', 'inTransaction', { status: 503, code: 'outcome_unknown' }],
  ['the end of a transaction that only read', 'inReadOnlyTransaction', null],
] as const)('nor is one used of the time in which %s was not answered', async (_, method, refusal) => {
  const relay = await TcpRelay.before(testDatabase.url);
  const { database, close } = await openDatabase(relay.url, { statementTimeoutMs: 100 });
  const ask = () => database.inTransaction([], (tx) => tx.query('SELECT 1 AS one'));
  try {
    await Promise.all([ask(), ask(), ask()]);
    expect(database.pool().idleCount).toBe(3);
    const asked = database[method]([], async (tx) => {
      await tx.query('SELECT 1 AS one');
      relay.block();
    });
    if (refusal === null) await asked;
    else await expect(asked).rejects.toMatchObject(refusal);
    await vi.waitUntil(() => database.pool().idleCount === 0, { timeout: 10_000, interval: 10 });
    relay.unblock();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill([{ one: 1 }]));
  } finally {
    await close();
    await relay.cut();
  }
});
