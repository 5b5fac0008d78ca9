import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../../../src/database/migrate';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/embedded/embedded-postgres';
import { createTestDatabase } from '../../support/test-database';
import { openDatabase } from './open-database';

/** The earliest start there can be needs the fewest partitions. */
const options = { now: new Date('2014-01-15T00:00:00Z'), detailedYears: 0, monthsAhead: 2 };

test('of twenty migrators on one empty database one applies everything and none fails', async () => {
  const database = await createTestDatabase({ empty: true });
  const reports = await Promise.all(Array.from({ length: 20 }, () => migrate(database.ownerUrl, options)));
  const applied = reports.filter(({ migrations, partitions }) => migrations.length + partitions.length > 0);
  expect(applied).toHaveLength(1);
  expect(applied[0]?.partitions.length).toBeGreaterThan(0);
  await database.drop();
});

test('a migration that fails rejects, and the next one goes on', async () => {
  const database = await createTestDatabase({ empty: true });
  const client = new Client({ connectionString: database.ownerUrl });
  await client.connect();
  await client.query('CREATE TABLE workouts (something_else int)');
  await expect(migrate(database.ownerUrl, options)).rejects.toThrow('relation "workouts" already exists');
  await client.query('DROP TABLE workouts');
  await client.end();
  expect((await migrate(database.ownerUrl, options)).migrations).not.toEqual([]);
  await database.drop();
});

describe('in a cluster that does not have the app role yet', () => {
  let dataDir: string;
  let postgres: EmbeddedPostgres;
  let admin: Client;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'migrate-'));
    await chmod(dataDir, 0o755);
    postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
    admin = new Client({ connectionString: postgres.url });
    await admin.connect();
  });

  afterAll(async () => {
    await admin.end();
    await postgres.stop();
    await rm(dataDir, { recursive: true });
  });

  /** The address of a new, empty database with this owner. */
  async function createDatabase(name: string, owner?: string): Promise<string> {
    await admin.query(`CREATE DATABASE ${name} ${owner === undefined ? '' : `OWNER ${owner}`}`);
    const url = new URL(postgres.url);
    url.pathname = name;
    if (owner !== undefined) [url.username, url.password] = [owner, 'secret'];
    return url.href;
  }

  async function dropAppRole(databases: readonly string[]): Promise<void> {
    for (const name of databases) await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.query('DROP ROLE health_export_app');
  }

  async function whoAsks(databaseUrl: string): Promise<unknown> {
    const { database, close } = await openDatabase(databaseUrl);
    const sql = 'SELECT current_user, session_user, (SELECT count(*)::int FROM users) AS users';
    return database.inTransaction([], async (tx) => (await tx.query(sql))[0]).finally(close);
  }

  test('several databases of one owner who is no superuser may be migrated at once', async () => {
    await admin.query(`CREATE ROLE owner LOGIN CREATEROLE PASSWORD 'secret'`);
    for (let round = 0; round < 2; round++) {
      const names = ['one', 'two'];
      const urls: string[] = [];
      for (const name of names) urls.push(await createDatabase(name, 'owner'));
      const reports = await Promise.all(urls.map((url) => migrate(url, options)));
      for (const { migrations } of reports) expect(migrations).not.toEqual([]);
      for (const url of urls) {
        expect(await whoAsks(url)).toEqual({ current_user: 'health_export_app', session_user: 'owner', users: 0 });
      }
      await dropAppRole(names);
    }
  });

  test('an administrator may have made the role and granted it: the owner needs no right to make roles then', async () => {
    await admin.query(`CREATE ROLE health_export_app; CREATE ROLE plain LOGIN PASSWORD 'secret'`);
    await admin.query('GRANT health_export_app TO plain');
    const url = await createDatabase('plain', 'plain');
    expect((await migrate(url, options)).migrations).not.toEqual([]);
    expect(await whoAsks(url)).toEqual({ current_user: 'health_export_app', session_user: 'plain', users: 0 });
    await dropAppRole(['plain']);
  });
});
