import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AuthenticationService } from '../../../src/identity/authentication.service';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { type OpenIdentity, openIdentity } from '../identity/open-identity';
import { type CliPlace, openCliPlace } from './cli-place';
import { runCli } from './run-cli';

let place: CliPlace;
let database: TestDatabase;
let dataDir: string;
let identity: OpenIdentity;
let owner: Client;

beforeAll(async () => {
  place = await openCliPlace();
  ({ database, dataDir, owner } = place);
  identity = await openIdentity(database.url);
});

afterAll(async () => {
  await identity?.close();
  await place?.close();
});

beforeEach(async () => {
  await owner.query('TRUNCATE users, api_keys, audit_log CASCADE');
});

function cli(...args: string[]) {
  return runCli(args, { DATABASE_URL: database.url, DATA_DIR: dataDir });
}

async function cliOutput(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await cli(...args);
  expect(exitCode, stderr).toBe(0);
  return stdout.trim();
}

function codeOf(key: string): Promise<unknown> {
  const authentication = identity.app.get(AuthenticationService);
  return authentication.authenticate({ 'api-key': key }).then(
    ({ scopes }) => scopes,
    ({ code }) => code,
  );
}

test('a user and a key, from nothing to revoked', async () => {
  expect(await cliOutput('users', 'list', '--json')).toBe('[]');
  expect(await cliOutput('users', 'add', 'anna', '--time-zone', 'Europe/Zurich')).toMatch(
    /^Added user anna \(.{36}\)\.$/,
  );
  const users = JSON.parse(await cliOutput('users', 'list', '--json'));
  expect(users).toMatchObject([{ name: 'anna', timeZone: 'Europe/Zurich' }]);

  const added = await cli('keys', 'add', '--user', 'anna', '--name', 'phone', '--scopes', 'read', '--expires', '90d');
  expect(added.stdout).toMatch(/^hx_\w{12}_\w{49}\n$/);
  const key = added.stdout.trim();
  expect(added.stderr).not.toContain(key);
  expect(await codeOf(key)).toEqual(['read']);

  const keyId = key.slice(3, 15);
  const listed = await cliOutput('keys', 'list', '--user', 'anna', '--json');
  expect(JSON.parse(listed)).toMatchObject([
    { keyId, user: 'anna', name: 'phone', state: 'valid', scopes: ['read'], revokedAt: null },
  ]);
  const expiresInMs = Date.parse(JSON.parse(listed)[0].expiresAt) - Date.now();
  expect(expiresInMs / 86_400_000).toBeCloseTo(90, 2);
  const table = await cliOutput('keys', 'list');
  expect(table).toMatch(new RegExp(`^KEY ID .*\n${keyId}  anna  phone  valid  read `));
  for (const text of [listed, table]) expect(text).not.toContain(key.slice(16, 50));

  expect(await cliOutput('keys', 'revoke', keyId)).toBe(`Revoked key ${keyId}.`);
  await new Promise((resolve) => setTimeout(resolve, 2001));
  expect(await codeOf(key)).toBe('key_revoked');
  expect(await cliOutput('keys', 'list')).toContain('revoked');
  expect(await cliOutput('keys', 'revoke', keyId)).toBe(`Key ${keyId} had been revoked before.`);
  const { rows } = await owner.query("SELECT action FROM audit_log WHERE actor = 'cli' ORDER BY id");
  expect(rows.map(({ action }) => action)).toEqual(['user.added', 'key.added', 'key.revoked']);
});

test('the time zone of a user is changed, and it is noted', async () => {
  await cliOutput('users', 'add', 'anna');
  expect(await cliOutput('users', 'set', 'anna', '--time-zone', 'America/New_York')).toBe(
    'The time zone of anna is America/New_York from now on; what is stored stays as it is.',
  );
  expect(JSON.parse(await cliOutput('users', 'list', '--json'))).toMatchObject([{ timeZone: 'America/New_York' }]);
  const { rows } = await owner.query("SELECT actor, details FROM audit_log WHERE action = 'user.changed'");
  expect(rows).toEqual([{ actor: 'cli', details: { timeZone: 'America/New_York', before: 'UTC' } }]);
});

test('without further words a key never ends and may do the everyday things', async () => {
  await cliOutput('users', 'add', 'anna');
  const key = await cliOutput('keys', 'add', '--user', 'anna');
  expect(await codeOf(key)).toEqual(['ingest:write', 'read', 'export']);
  expect(JSON.parse(await cliOutput('keys', 'list', '--json'))).toMatchObject([{ expiresAt: null }]);
});

test('revoking the first key, shown as a whole, removes its file', async () => {
  await cliOutput('users', 'add', 'anna');
  const key = await cliOutput('keys', 'add', '--user', 'anna');
  await writeFile(join(dataDir, 'first-key'), `${key}\n`);
  expect(await cliOutput('keys', 'revoke', key)).toBe(`Revoked key ${key.slice(3, 15)}.`);
  expect(await readdir(dataDir)).toEqual([]);
});

test('a database, a data directory that cannot be used: one line that names the setting', async () => {
  const url = new URL(database.url);
  url.pathname = '/not_there';
  const missing = await runCli(['users', 'list'], { DATABASE_URL: url.href });
  expect(missing.stderr).toMatch(/^The database is not there; .+DATABASE_URL: database "not_there" does not exist\n$/);
  const stuck = await runCli(['users', 'list'], { DATA_DIR: '/dev/null/data' });
  expect(stuck.stderr).toMatch(/^The folder at DATA_DIR cannot be used: ENOTDIR.*\n$/);
});

test('--version', async () => {
  expect(await cliOutput('--version')).toMatch(/^\d+\.\d+\.\d+$/);
});

test('a key is made under the pepper of the settings', async () => {
  await cliOutput('users', 'add', 'anna');
  const env = { DATABASE_URL: database.url, DATA_DIR: dataDir, KEY_PEPPER: 'p'.repeat(32) };
  const { stdout } = await runCli(['keys', 'add', '--user', 'anna'], env);
  expect(await codeOf(stdout.trim())).toBe('key_invalid');
});

describe('what was asked for in a wrong way ends with 2 and one line', () => {
  test.each([
    [['users', 'add', 'anna', '--time-zone', 'Mars/Olympus'], 'There is no time zone "Mars/Olympus".'],
    [['users', 'set', 'anna', '--time-zone', 'Mars/Olympus'], 'There is no time zone "Mars/Olympus".'],
    [['users', 'set', 'anna'], "error: required option '--time-zone <zone>' not specified"],
    [['users', 'add', ' anna'], 'A user name has 1 to 100 characters and no space at its ends.'],
    [['users', 'add'], "error: missing required argument 'name'"],
    [['keys', 'add'], "error: required option '--user <name>' not specified"],
    [['keys', 'add', '--user', 'anna', '--scopes', 'read,write'], /^error: .*'read,write' is invalid/],
    [['keys', 'add', '--user', 'anna', '--expires', '2020-01-01'], /^error: .*'2020-01-01' is invalid/],
    [['keys', 'revoke'], "error: missing required argument 'keyId'"],
    [['users', 'list', '--xml'], "error: unknown option '--xml'"],
    [['backup'], "error: unknown command 'backup'"],
  ])('%j', async (args, sentence) => {
    const { exitCode, stdout, stderr } = await cli(...args);
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([
      typeof sentence === 'string' ? sentence : expect.stringMatching(sentence),
    ]);
  });

  test('a wrong setting', async () => {
    const { exitCode, stderr } = await runCli(['users', 'list'], { DATABASE_URL: 'mysql://secret@localhost/x' });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/DATABASE_URL must be a URL/);
    expect(stderr).not.toContain('secret');
  });
});

describe('what cannot be done ends with 1 and one line', () => {
  test.each([
    [['keys', 'add', '--user', 'nobody'], 'There is no user "nobody".'],
    [['users', 'set', 'nobody', '--time-zone', 'UTC'], 'There is no user "nobody".'],
    [['keys', 'list', '--user', 'nobody'], 'There is no user "nobody".'],
    [['keys', 'revoke', 'abcdefghijkl'], 'There is no key with this id.'],
  ])('%j', async (args, sentence) => {
    expect(await cli(...args)).toEqual({ exitCode: 1, stdout: '', stderr: `${sentence}\n` });
  });

  test('a user who is there', async () => {
    await cliOutput('users', 'add', 'anna');
    const stderr = 'There is a user "anna" already.\n';
    expect(await cli('users', 'add', 'anna')).toEqual({ exitCode: 1, stdout: '', stderr });
  });

  test('a database that does not answer', async () => {
    const env = { DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/nothing', DATA_DIR: dataDir };
    const { exitCode, stdout, stderr } = await runCli(['users', 'list'], env);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^The database cannot be reached; check DATABASE_URL: .*ECONNREFUSED.*\n$/);
    expect(stderr).not.toContain('secret');
  });

  test('a database that lets nobody in', async () => {
    const url = new URL(database.url);
    url.password = 'wrong-secret';
    const { exitCode, stderr } = await runCli(['users', 'list'], { DATABASE_URL: url.href, DATA_DIR: dataDir });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^The database does not let us in; .+ DATABASE_URL: password authentication failed.*\n$/);
  });
});

test('migrate brings an empty database up to date, once however often', async () => {
  const empty = await createTestDatabase({ empty: true });
  try {
    const env = { DATABASE_URL: empty.url, DATA_DIR: dataDir };
    const runs = await Promise.all([runCli(['migrate'], env), runCli(['migrate'], env)]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const outputs = runs.map(({ stdout }) => stdout).sort();
    expect(outputs[0]).toBe('0 migrations applied, 0 partitions made.\n');
    expect(outputs[1]).toMatch(/^[1-9]\d* migrations? applied, \d{2,} partitions made\.\n$/);
    expect((await runCli(['users', 'add', 'anna'], env)).exitCode).toBe(0);
  } finally {
    await empty.drop();
  }
});

test('users can be added to an empty database without further ado', async () => {
  const empty = await createTestDatabase({ empty: true });
  try {
    const outcome = await runCli(['users', 'add', 'anna'], { DATABASE_URL: empty.url, DATA_DIR: dataDir });
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  } finally {
    await empty.drop();
  }
});

test('--help shows examples, whatever the settings', async () => {
  const { exitCode, stdout } = await runCli(['--help'], { PORT: 'wrong' });
  expect(exitCode).toBe(0);
  expect(stdout).toContain('npm run cli -- keys add --user anna');
});

test('roll-ups are rebuilt for everybody or for one', async () => {
  await cliOutput('users', 'add', 'anna');
  await cliOutput('users', 'add', 'ben');
  const { rows } = await owner.query("SELECT id FROM users WHERE name = 'anna'");
  await owner.query(
    `INSERT INTO heart_rate_metrics (user_id, recorded_at, granularity, value, zone_offset_minutes, ingestion_seq)
     VALUES ($1, now() - interval '1 day', 0, 60, 0, 1)`,
    [rows[0].id],
  );
  expect(await cliOutput('rollups', 'rebuild')).toBe(
    'Computed 1 days of metrics of anna.\nComputed 0 days of metrics of ben.',
  );
  expect(await cliOutput('rollups', 'rebuild', '--user', 'ben')).toBe('Computed 0 days of metrics of ben.');
  expect(await cli('rollups', 'rebuild', '--user', 'nobody')).toMatchObject({ exitCode: 1, stdout: '' });
});
