import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dumpSchema } from '../../../src/database/dump-schema';
import { migrate, revertNewestMigration } from '../../../src/database/migrate';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

/** The earliest start there can be needs the fewest partitions. */
const options = { now: new Date('2014-01-15T00:00:00Z'), detailedYears: 0, monthsAhead: 2 };
const databases: TestDatabase[] = [];

async function newDatabase(given?: { empty: boolean }): Promise<TestDatabase> {
  const database = await createTestDatabase(given);
  databases.push(database);
  return database;
}

async function asOwner<T>({ ownerUrl }: TestDatabase, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function dump(database: TestDatabase): Promise<string> {
  return asOwner(database, (client) => dumpSchema(async (sql) => (await client.query(sql)).rows));
}

afterAll(() => Promise.all(databases.map((database) => database.drop())));

test('migrations/schema.sql is what the migrations make: after a change of them run `npm run schema`', async () => {
  const written = readFileSync(join(__dirname, '../../../migrations/schema.sql'), 'utf8');
  expect(await dump(await newDatabase())).toBe(written);
});

test('up, down and up again give the same schema, and down leaves nothing of it', async () => {
  const database = await newDatabase({ empty: true });
  const report = await migrate(database.ownerUrl, options);
  const first = await dump(database);

  for (const _name of report.migrations) await revertNewestMigration(database.ownerUrl);
  const left = await asOwner(database, (client) =>
    client.query(
      `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname !~ '^(migrations|PK_)'
        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`,
    ),
  );
  expect(left.rows).toEqual([]);

  expect(await migrate(database.ownerUrl, options)).toEqual(report);
  expect(await dump(database)).toBe(first);
  expect(await migrate(database.ownerUrl, options)).toEqual({ migrations: [], partitions: [] });
});

describe('the text of the schema', () => {
  let database: TestDatabase;
  let before: string;

  beforeAll(async () => {
    database = await newDatabase();
    before = await dump(database);
  });

  /** Lines of the dump that were not there before the change, which is undone afterwards. */
  async function addedBy(change: string, undo: string): Promise<string[]> {
    await asOwner(database, (client) => client.query(change));
    try {
      return (await dump(database)).split('\n').filter((line) => !before.split('\n').includes(line));
    } finally {
      await asOwner(database, (client) => client.query(undo));
    }
  }

  test.each([
    [
      'ALTER TABLE users ADD extra int NOT NULL DEFAULT 3',
      'ALTER TABLE users DROP extra',
      '  extra integer NOT NULL DEFAULT 3,',
    ],
    ['ALTER TABLE users ALTER name DROP NOT NULL', 'ALTER TABLE users ALTER name SET NOT NULL', '  name text,'],
    [
      'ALTER TABLE raw_ingestions ALTER body SET STORAGE MAIN',
      'ALTER TABLE raw_ingestions ALTER body SET STORAGE EXTERNAL',
      '  body bytea STORAGE MAIN,',
    ],
    [
      'ALTER TABLE workouts SET (fillfactor = 85)',
      'ALTER TABLE workouts RESET (fillfactor)',
      ') WITH (fillfactor=85);',
    ],
    [
      'CREATE INDEX extra ON workouts USING brin (started_at) WITH (pages_per_range = 32)',
      'DROP INDEX extra',
      "CREATE INDEX extra ON workouts USING brin (started_at) WITH (pages_per_range='32');",
    ],
    [
      'ALTER TABLE users ADD CONSTRAINT extra CHECK (data_version >= 0)',
      'ALTER TABLE users DROP CONSTRAINT extra',
      '  CONSTRAINT extra CHECK ((data_version >= 0))',
    ],
    [
      'GRANT TRUNCATE ON audit_log TO health_export_app',
      'REVOKE TRUNCATE ON audit_log FROM health_export_app',
      'GRANT INSERT, SELECT, TRUNCATE ON audit_log TO health_export_app;',
    ],
    ['GRANT SELECT ON users TO PUBLIC', 'REVOKE SELECT ON users FROM PUBLIC', 'GRANT SELECT ON users TO PUBLIC;'],
    [
      'CREATE SEQUENCE extra INCREMENT 5',
      'DROP SEQUENCE extra',
      'CREATE SEQUENCE extra AS bigint INCREMENT 5 MINVALUE 1 MAXVALUE 9223372036854775807 START 1 CACHE 1;',
    ],
    [
      'CREATE FUNCTION extra() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
      'DROP FUNCTION extra()',
      'CREATE OR REPLACE FUNCTION public.extra()',
    ],
    [
      'CREATE TRIGGER extra BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
      'DROP TRIGGER extra ON users',
      'CREATE TRIGGER extra BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();',
    ],
    ['CREATE TABLE extra (id int PRIMARY KEY) PARTITION BY HASH (id)', 'DROP TABLE extra', ') PARTITION BY HASH (id);'],
  ])('shows %s', async (change, undo, expected) => {
    expect(await addedBy(change, undo)).toContain(expected);
  });

  test('is the same with more partitions, rows and statistics', async () => {
    await migrate(database.ownerUrl, { ...options, now: new Date(), monthsAhead: 12 });
    await asOwner(database, (client) => client.query('ANALYZE'));
    expect(await dump(database)).toBe(before);
  });

  test.each([
    ['CREATE VIEW extra AS SELECT 1 AS one', 'DROP VIEW extra', 'relation extra'],
    ["CREATE TYPE extra AS ENUM ('one')", 'DROP TYPE extra', 'type extra'],
    ['CREATE AGGREGATE extra(int) (SFUNC = int4pl, STYPE = int)', 'DROP AGGREGATE extra(int)', 'function extra'],
    [
      'ALTER TABLE users ENABLE ROW LEVEL SECURITY',
      'ALTER TABLE users DISABLE ROW LEVEL SECURITY',
      'row security of users',
    ],
    [
      'ALTER TABLE users ADD extra int GENERATED ALWAYS AS (1) STORED',
      'ALTER TABLE users DROP extra',
      'column users.extra',
    ],
    ['CREATE POLICY extra ON users USING (true)', 'DROP POLICY extra ON users', 'policy extra'],
  ])('is refused rather than silent about %s', async (change, undo, expected) => {
    await expect(addedBy(change, undo)).rejects.toThrow(`the schema dump does not show ${expected}`);
  });
});
