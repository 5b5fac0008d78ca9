import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Settings } from '../../../src/config/settings';
import type { DatabaseService } from '../../../src/database/database.service';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { openDatabase, readBackendPid } from './open-database';

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
      const pid = await readBackendPid(database);
      const failing = database.inTransaction([id], async (tx) => {
        await tx.query(insertUser, [id, 'a']);
        throw new RangeError('of the work');
      });
      await expect(failing).rejects.toThrow(new RangeError('of the work'));
      expect(await isStored(id)).toBe(false);
      expect(await readBackendPid(database)).toBe(pid);
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
      await readBackendPid(database);
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
          const [row] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
          await admin.query('SELECT pg_terminate_backend($1)', [row?.pid]);
          await vi.waitUntil(
            async () => (await admin.query('SELECT FROM pg_stat_activity WHERE pid = $1', [row?.pid])).rowCount === 0,
            { timeout: 10_000, interval: 10 },
          );
          await tx.query('SELECT 1');
        });
        await expect(cut).rejects.toThrow(/terminating connection|Connection terminated|not queryable/);
      }
      expect(await isStored(id)).toBe(false);
      await Promise.all([readBackendPid(database), readBackendPid(database), readBackendPid(database)]);
      expect(database.pool().totalCount).toBeLessThanOrEqual(2);
      expect(database.pool().waitingCount).toBe(0);
    });
  });
});
