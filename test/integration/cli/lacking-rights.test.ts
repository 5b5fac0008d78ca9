import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/embedded/embedded-postgres';
import { type CliOutcome, runCli } from './run-cli';

let dataDir: string;
let postgres: EmbeddedPostgres;
let admin: Client;

/** A server of its own: roles belong to all databases of one, and the others have the service's role already. */
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cli-rights-'));
  postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  admin = new Client({ connectionString: postgres.url });
  await admin.connect();
});

afterAll(async () => {
  await admin?.end();
  await postgres?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** A user who owns a database of the same name, as providers of databases make them. */
async function addOwner(name: string): Promise<(...args: string[]) => Promise<CliOutcome>> {
  await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'word'`);
  await admin.query(`CREATE DATABASE ${name} OWNER ${name}`);
  const url = new URL(postgres.url);
  Object.assign(url, { username: name, password: 'word', pathname: name });
  return (...args) => runCli(args, { DATABASE_URL: url.href, DATA_DIR: dataDir });
}

async function expectToWork(cli: (...args: string[]) => Promise<CliOutcome>): Promise<void> {
  const { exitCode, stderr } = await cli('migrate');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(await cli('users', 'add', 'anna')).toMatchObject({ exitCode: 0, stderr: '' });
}

test('an owner who may not create roles is told what helps, and it does', async () => {
  const cli = await addOwner('first');
  const { exitCode, stderr } = await cli('migrate');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^The database user may not create roles.+ ALTER ROLE <user> CREATEROLE.+permission denied.+\n$/,
  );
  await admin.query('ALTER ROLE first CREATEROLE');
  await expectToWork(cli);
});

test('an owner of a further database is told to have the role granted, and it helps', async () => {
  const cli = await addOwner('second');
  for (const right of ['NOCREATEROLE', 'CREATEROLE']) {
    await admin.query(`ALTER ROLE second ${right}`);
    const { exitCode, stderr } = await cli('migrate');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^The role health_export_app is there and belongs to somebody else; .+permission denied.+\n$/,
    );
    expect(stderr).toContain('GRANT health_export_app TO <user> WITH ADMIN OPTION');
  }
  await admin.query('GRANT health_export_app TO second WITH ADMIN OPTION');
  await expectToWork(cli);
});

test('an administrator may make the role instead', async () => {
  await admin.query('DROP DATABASE first');
  await admin.query('DROP DATABASE second');
  await admin.query('DROP ROLE health_export_app');
  const cli = await addOwner('third');
  expect((await cli('migrate')).stderr).toContain(
    'CREATE ROLE health_export_app and GRANT health_export_app TO <user> WITH ADMIN OPTION',
  );
  await admin.query('CREATE ROLE health_export_app; GRANT health_export_app TO third WITH ADMIN OPTION');
  await expectToWork(cli);
});
