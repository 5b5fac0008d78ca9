import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSettings } from '../../../src/config/load-settings';
import type { Settings } from '../../../src/config/settings';
import type { DatabaseService } from '../../../src/database/database.service';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { openDatabase } from './open-database';

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

async function waitUntil(holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAtMs = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > giveUpAtMs) throw new Error('it did not come to pass within 10 s');
    await delay(10);
  }
}

const pidSql = 'SELECT pg_backend_pid() AS pid';

async function readPid(database: DatabaseService): Promise<number> {
  const [row] = await database.inReadOnlyTransaction([], (tx) => tx.query<{ pid: number }>(pidSql));
  return row?.pid as number;
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
      await waitUntil(() => pool.totalCount <= 2);
      await delay(150);
      expect(pool.totalCount).toBe(2);
    });
  });

  test('replaces a connection that has reached its lifetime, and keeps its least while nobody asks', async () => {
    await withDatabase({ poolMin: 2, poolLifetimeS: 1 }, async (database) => {
      const first = await readPid(database);
      await waitUntil(async () => {
        const pids = await readServedPids();
        return pids.length === 2 && !pids.includes(first);
      });
      expect(await readPid(database)).not.toBe(first);
    });
  });

  test('fills up again after the server has cut everything', async () => {
    await withDatabase({ poolMin: 3 }, async (database) => {
      const cut = await readServedPids();
      expect(cut).toHaveLength(3);
      await admin.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [cut]);
      await waitUntil(async () => {
        const pids = await readServedPids();
        return pids.length === 3 && !pids.some((pid) => cut.includes(pid));
      });
      await readPid(database);
    });
  });
});

describe('a transaction', () => {
  const insertUser = 'INSERT INTO users (id, name) VALUES ($1, $2)';

  async function isStored(id: string): Promise<boolean> {
    return (await admin.query('SELECT FROM users WHERE id = $1', [id])).rowCount === 1;
  }

  test('is committed when the work is done, and its result is handed on', async () => {
    await withDatabase({}, async (database) => {
      const id = randomUUID();
      const result = await database.inTransaction([id], async (tx) => {
        await tx.query(insertUser, [id, 'a']);
        expect(await isStored(id)).toBe(false);
        return 'result';
      });
      expect(result).toBe('result');
      expect(await isStored(id)).toBe(true);
    });
  });

  test('is rolled back when the work rejects, with the error of the work, and the connection is used again', async () => {
    await withDatabase({ poolMax: 2 }, async (database) => {
      const id = randomUUID();
      const pid = await readPid(database);
      const failing = database.inTransaction([id], async (tx) => {
        await tx.query(insertUser, [id, 'a']);
        throw new RangeError('of the work');
      });
      await expect(failing).rejects.toThrow(new RangeError('of the work'));
      expect(await isStored(id)).toBe(false);
      expect(await readPid(database)).toBe(pid);
    });
  });

  test('that PostgreSQL has given up is never taken for committed', async () => {
    await withDatabase({}, async (database) => {
      const id = randomUUID();
      const swallowing = database.inTransaction([id], async (tx) => {
        await tx.query(insertUser, [id, 'a']);
        await tx.query('SELECT 1 / 0').catch(() => undefined);
      });
      await expect(swallowing).rejects.toThrow('transaction was given up');
      expect(await isStored(id)).toBe(false);
      await readPid(database);
    });
  });

  test('knows whose rows it may touch, and the next one on its connection knows nothing of it', async () => {
    await withDatabase({ poolMax: 2 }, async (database) => {
      const ids = [randomUUID(), randomUUID()];
      const sql = `SELECT (nullif(current_setting('app.user_ids', true), '')::uuid[])::text[] AS ids, pg_backend_pid() AS pid`;
      const [set] = await database.inTransaction(ids, (tx) => tx.query(sql));
      expect(set?.['ids']).toEqual(ids);
      const [read] = await database.inReadOnlyTransaction([ids[0] as string], (tx) => tx.query(sql));
      expect(read).toEqual({ ids: [ids[0]], pid: set?.['pid'] });
      const [nobody] = await database.inTransaction([], (tx) => tx.query(sql));
      expect(nobody).toEqual({ ids: [], pid: set?.['pid'] });
      const client = await database.pool().connect();
      const { rows } = await client.query(sql).finally(() => client.release());
      expect(rows).toEqual([{ ids: null, pid: set?.['pid'] }]);
    });
  });

  test('takes nothing but UUIDs for user ids', async () => {
    await withDatabase({}, async (database) => {
      const attack = `}'; RESET ROLE; --`;
      await expect(database.inTransaction([attack], (tx) => tx.query('SELECT 1'))).rejects.toThrow('not a UUID');
    });
  });

  test('for reading sees one state and cannot write', async () => {
    await withDatabase({}, async (database) => {
      const id = randomUUID();
      const count = 'SELECT count(*)::int AS users FROM users';
      await database
        .inReadOnlyTransaction([], async (tx) => {
          const before = await tx.query(count);
          await database.inTransaction([], (other) => other.query(insertUser, [id, 'a']));
          expect(await tx.query(count)).toEqual(before);
          await expect(tx.query(insertUser, [randomUUID(), 'b'])).rejects.toThrow('read-only transaction');
        })
        .catch((error) => expect(error.message).toContain('given up'));
      expect(await isStored(id)).toBe(true);
    });
  });

  test('works again after the server cut the connection in the middle, and no connection is lost', async () => {
    await withDatabase({ poolMax: 2 }, async (database) => {
      const id = randomUUID();
      for (let round = 0; round < 4; round++) {
        const cut = database.inTransaction([id], async (tx) => {
          await tx.query(insertUser, [id, 'a']);
          const [row] = await tx.query<{ pid: number }>(pidSql);
          await admin.query('SELECT pg_terminate_backend($1)', [row?.pid]);
          await waitUntil(
            async () => (await admin.query('SELECT FROM pg_stat_activity WHERE pid = $1', [row?.pid])).rowCount === 0,
          );
          await tx.query('SELECT 1');
        });
        await expect(cut).rejects.toThrow(/terminating connection|Connection terminated|not queryable/);
      }
      expect(await isStored(id)).toBe(false);
      await Promise.all([readPid(database), readPid(database), readPid(database)]);
      expect(database.pool().totalCount).toBeLessThanOrEqual(2);
      expect(database.pool().waitingCount).toBe(0);
    });
  });
});
