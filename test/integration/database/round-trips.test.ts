import { randomUUID } from 'node:crypto';
import { Client, type PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { nothingMore } from '../../../src/database/commit-with';
import type { DatabaseService } from '../../../src/database/database.service';
import { locking } from '../../../src/database/opening';
import { TcpRelay } from '../../support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { type OpenDatabase, openDatabase, readBackendPid } from './open-database';

let testDatabase: TestDatabase;
let admin: Client;
let open: OpenDatabase;
let database: DatabaseService;
let userId: string;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  admin = new Client({ connectionString: testDatabase.url });
  await admin.connect();
  open = await openDatabase(testDatabase.url, { poolMax: 1, lockTimeoutMs: 500 });
  database = open.database;
});

afterAll(async () => {
  await open.close();
  await admin.end();
  await testDatabase.drop();
});

beforeEach(() => {
  userId = randomUUID();
});

/** What was written to the connection so far. */
function sentBytes(client: PoolClient): number {
  return (client as unknown as { connection: { stream: { bytesWritten: number } } }).connection.stream.bytesWritten;
}

async function untilItWaits(pid: number): Promise<void> {
  const sql = `SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'`;
  await vi.waitUntil(async () => (await admin.query(sql, [pid])).rowCount === 1, { timeout: 10_000, interval: 10 });
}

/** Runs `work` while somebody else holds the user's lock. */
async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
  await admin.query(`BEGIN; ${locking([userId])}`);
  return await work().finally(() => admin.query('ROLLBACK'));
}

describe('the beginning of a transaction', () => {
  test('goes with the first statement', async () => {
    await whileLocked(async () => {
      let sent = 0;
      const waiting = database.inLockedTransaction([userId], async (tx) => {
        const before = sentBytes(tx.client);
        const rows = tx.query('SELECT 1 AS one');
        sent = sentBytes(tx.client) - before;
        return await rows;
      });
      await vi.waitUntil(() => sent > 0, { timeout: 10_000, interval: 10 });
      await admin.query('ROLLBACK');
      expect(await waiting).toEqual([{ one: 1 }]);
    });
  });

  test('says why it failed, not what followed from it, and its connection is used again', async () => {
    const pid = await readBackendPid(database);
    await whileLocked(async () => {
      const failing = database.inLockedTransaction([userId], (tx) => tx.query('SELECT 1'));
      await expect(failing).rejects.toMatchObject({ code: '55P03' });
      const idle = database.inLockedTransaction([userId], async () => undefined);
      await expect(idle).rejects.toMatchObject({ code: '55P03' });
    });
    expect(await readBackendPid(database)).toBe(pid);
  });
});

describe('a transaction that only read', () => {
  test('is done before its end is answered, and a connection that is lost there is replaced', async () => {
    const relay = await TcpRelay.before(testDatabase.url);
    const behind = await openDatabase(relay.url, { poolMax: 1 });
    try {
      // Of a transaction that writes the end is waited for.
      const readPid = 'SELECT pg_backend_pid() AS pid';
      const [written] = await behind.database.inTransaction([], (tx) => tx.query<{ pid: number }>(readPid));
      const pid = written?.pid;
      relay.loseAnswersTo('COMMIT', 1);
      expect(await readBackendPid(behind.database)).toBe(pid);
      await vi.waitUntil(() => relay.answersToLose === 0 && behind.database.pool().totalCount === 0, {
        timeout: 10_000,
        interval: 10,
      });
      expect(await readBackendPid(behind.database)).not.toBe(pid);
    } finally {
      await behind.close();
      await relay.cut();
    }
  });
});

describe('the last statements of a transaction', () => {
  const insert = (name: string | null) => ({
    name: 'insert_user',
    text: 'INSERT INTO users (id, name) VALUES ($1, $2) RETURNING name',
    values: [userId, name],
  });
  const divide = (by: number) => ({ name: 'divide', text: 'SELECT 6 / $1::int AS result', values: [by] });
  const isStored = async () => (await admin.query('SELECT FROM users WHERE id = $1', [userId])).rowCount === 1;

  test('give their rows once all is committed', async () => {
    const stored: Promise<boolean>[] = [];
    const read = (rows: unknown) => {
      stored.push(isStored());
      return rows;
    };
    const rows = await database.inLockedTransactionWithLast([userId], async () => ({
      statements: [insert('a'), divide(2)],
      read,
    }));
    expect(rows).toEqual([[{ name: 'a' }], [{ result: 3 }]]);
    expect(await Promise.all(stored)).toEqual([true]);
  });

  test('fail as the first of them, with all of the transaction, and its connection is used again', async () => {
    const pid = await readBackendPid(database);
    const failing = database.inLockedTransactionWithLast([userId], async () => ({
      statements: [insert('a'), divide(0), insert(null)],
      read: () => 'committed',
    }));
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(await isStored()).toBe(false);
    expect(await readBackendPid(database)).toBe(pid);
  });

  test('went with the commit: a connection that is lost meanwhile leaves the outcome unknown', async () => {
    const pid = await readBackendPid(database);
    await admin.query(`BEGIN; SELECT pg_advisory_xact_lock(1)`);
    const lost = database.inLockedTransactionWithLast([userId], async () => ({
      statements: [{ name: 'wait', text: 'SELECT pg_advisory_xact_lock($1)', values: [1] }],
      read: () => 'committed',
    }));
    const expected = expect(lost).rejects.toMatchObject({ status: 503, code: 'outcome_unknown' });
    await untilItWaits(pid);
    await admin.query('SELECT pg_terminate_backend($1)', [pid]);
    await expected;
    await admin.query('ROLLBACK');
  });

  test('are not asked when the work rejects', async () => {
    const failing = database.inLockedTransactionWithLast([userId], async () => {
      await Promise.reject(new RangeError('of the work'));
      return nothingMore('committed');
    });
    await expect(failing).rejects.toThrow(RangeError);
  });
});
