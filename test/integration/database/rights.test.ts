import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DatabaseService } from '../../../src/database/database.service';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { type OpenDatabase, openDatabase } from './open-database';

let testDatabase: TestDatabase;
let open: OpenDatabase;
let database: DatabaseService;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  open = await openDatabase(testDatabase.url);
  database = open.database;
});

afterAll(async () => {
  await open.close();
  await testDatabase.drop();
});

function run(sql: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
  return database.inTransaction([], (tx) => tx.query(sql, values));
}

test('every statement runs as the app role, though the owner logged in', async () => {
  const sql = `SELECT current_user, rolsuper, rolcanlogin, rolbypassrls, rolcreaterole, rolcreatedb
                 FROM pg_roles WHERE rolname = current_user`;
  const expected = {
    current_user: 'health_export_app',
    rolsuper: false,
    rolcanlogin: false,
    rolbypassrls: false,
    rolcreaterole: false,
    rolcreatedb: false,
  };
  expect(await run(sql)).toEqual([expected]);
  expect(await database.inReadOnlyTransaction([], (tx) => tx.query(sql))).toEqual([expected]);
});

test('the app role has no right on any partition and owns nothing', async () => {
  const partitions = await run(
    `SELECT relname FROM pg_class
      WHERE relispartition AND relkind = 'r' AND has_table_privilege(oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')`,
  );
  expect(partitions).toEqual([]);
  expect(await run(`SELECT relname FROM pg_class WHERE relowner = 'health_export_app'::regrole`)).toEqual([]);
  const [{ relname } = { relname: '' }] = await run(
    `SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' AND relname LIKE 'heart_rate_metrics_2%' LIMIT 1`,
  );
  await expect(run(`SELECT FROM ${relname}`)).rejects.toThrow(`permission denied for table ${relname}`);
});

test('what the app role needs, it may do: each kind of statement on each table of data', async () => {
  const tables = (await run(
    `SELECT relname FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`,
  )) as { relname: string }[];
  const rights = await run(
    `SELECT relname, string_agg(privilege, ' ' ORDER BY privilege) AS may
       FROM unnest($1::text[]) relname, unnest('{DELETE,INSERT,SELECT,TRUNCATE,UPDATE}'::text[]) privilege
      WHERE has_table_privilege(relname, privilege) GROUP BY 1`,
    [tables.map(({ relname }) => relname)],
  );
  const expected = tables.map(({ relname }) => {
    const limited: Record<string, string> = {
      applied_advice: 'SELECT',
      audit_log: 'INSERT SELECT',
      migrations: 'SELECT',
      optimizer_snapshots: 'SELECT',
    };
    return { relname, may: limited[relname] ?? 'DELETE INSERT SELECT UPDATE' };
  });
  expect(rights).toHaveLength(expected.length);
  expect(rights).toEqual(expect.arrayContaining(expected));
});

describe('the app role may not', () => {
  test.each([
    'CREATE TABLE extra (id int)',
    'CREATE TABLE extra PARTITION OF heart_rate_metrics DEFAULT',
    'CREATE INDEX extra ON workouts (name)',
    'ALTER TABLE users ADD extra int',
    'DROP TABLE workouts',
    'TRUNCATE workouts',
    'CREATE SCHEMA extra',
    'CREATE ROLE extra',
    'UPDATE migrations SET name = name',
    "SELECT setval('ingestion_seq', 1)",
    "COPY users TO '/tmp/users'",
    'SELECT pg_read_file(current_setting($$data_directory$$) || $$/PG_VERSION$$)',
  ])('%s', async (sql) => {
    // insufficient_privilege
    await expect(run(sql)).rejects.toMatchObject({ code: '42501' });
  });
});

test('the audit log is added to and read, never rewritten', async () => {
  const userId = randomUUID();
  await run(`INSERT INTO audit_log (user_id, id, actor, action) VALUES ($1, $2, 'test', 'test')`, [
    userId,
    randomUUID(),
  ]);
  expect(await run('SELECT action FROM audit_log WHERE user_id = $1', [userId])).toEqual([{ action: 'test' }]);
  for (const sql of [`UPDATE audit_log SET action = 'other'`, 'DELETE FROM audit_log', 'TRUNCATE audit_log']) {
    await expect(run(sql)).rejects.toThrow('permission denied for table audit_log');
  }
});
