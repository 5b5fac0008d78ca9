import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AuthenticationService } from '../../../src/identity/authentication.service';
import { FirstRunService } from '../../../src/identity/first-run.service';
import { KeyService } from '../../../src/identity/key.service';
import { UserService } from '../../../src/identity/user.service';
import { TcpRelay } from '../../support/tcp-relay';
import { createTestDatabase } from '../../support/test-database';
import { type OpenIdentity, openIdentity } from './open-identity';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let folder: string;
const opened: OpenIdentity[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'first-run-'));
});

afterEach(async () => {
  for (const identity of opened.splice(0)) await identity.close();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function open(dataDir = folder): Promise<OpenIdentity> {
  const identity = await openIdentity(database.url, { env: { DATA_DIR: dataDir, FIRST_USER_NAME: 'Zoë' } });
  opened.push(identity);
  return identity;
}

function ensure({ app, dataDir }: OpenIdentity) {
  return app.get(FirstRunService).ensureFirstKey(dataDir);
}

test('the first start makes a user and a key that works, kept in a file for its owner only', async () => {
  const dataDir = join(folder, 'not', 'there', 'yet');
  const identity = await open(dataDir);
  const first = await ensure(identity);
  expect(first).toMatchObject({ userName: 'Zoë' });
  expect(await readFile(join(dataDir, 'first-key'), 'utf8')).toBe(`${first?.text}\n`);
  expect((await stat(join(dataDir, 'first-key'))).mode & 0o777).toBe(0o600);
  expect(await readdir(dataDir)).toEqual(['first-key']);
  const shown = { 'api-key': first?.text ?? '' };
  expect(await identity.app.get(AuthenticationService).authenticate(shown)).toMatchObject({
    userName: 'Zoë',
    scopes: ['ingest:write', 'read', 'export'],
  });
  expect(await identity.app.get(KeyService).list()).toMatchObject([{ keyId: first?.keyId, name: 'first key' }]);
});

test('a first start whose commit is not answered goes on, and its key is told or in the file', async () => {
  const relay = await TcpRelay.before(database.url);
  try {
    const identity = await openIdentity(relay.url, { env: { DATA_DIR: folder, FIRST_USER_NAME: 'Zoë' } });
    opened.push(identity);
    relay.loseAnswersTo('COMMIT', 1);
    // Made, and nobody was told: the second attempt finds the user.
    expect(await ensure(identity)).toBeNull();
    expect(relay.answersToLose).toBe(0);
    const file = await identity.app.get(FirstRunService).existingFirstKeyFile(folder);
    const text = (await readFile(file ?? '', 'utf8')).trim();
    expect(await identity.app.get(AuthenticationService).authenticate({ 'api-key': text })).toMatchObject({
      userName: 'Zoë',
    });
  } finally {
    await relay.cut();
  }
});

test('the second start makes and tells nothing, and keeps the file', async () => {
  const first = await ensure(await open());
  expect(await ensure(await open())).toBeNull();
  expect(await readFile(join(folder, 'first-key'), 'utf8')).toBe(`${first?.text}\n`);
});

test('where somebody added a user before, there is nothing to do', async () => {
  const identity = await open();
  await identity.app.get(UserService).add({ name: 'me', timeZone: 'UTC', actor: 'cli' });
  expect(await ensure(identity)).toBeNull();
  expect(await readdir(folder)).toEqual([]);
});

test('of several first starts on one database one makes the user', async () => {
  const starts = await Promise.all(['a', 'b', 'c', 'd'].map((name) => open(join(folder, name))));
  const made = (await Promise.all(starts.map(ensure))).filter((first) => first !== null);
  expect(made).toHaveLength(1);
  const [identity] = starts;
  expect(await identity?.app.get(UserService).list()).toHaveLength(1);
  expect(await readdir(folder)).toHaveLength(1);
});

test('a file that cannot be written leaves no user without a key', async () => {
  await writeFile(join(folder, 'file'), '');
  const stuck = await open(join(folder, 'file'));
  await expect(ensure(stuck)).rejects.toThrow('EEXIST');
  expect(await stuck.app.get(UserService).list()).toEqual([]);
  expect(await ensure(await open())).not.toBeNull();
});

test('a file of an interrupted start is replaced', async () => {
  await writeFile(join(folder, 'first-key'), 'hx_half');
  await chmod(join(folder, 'first-key'), 0o644);
  const first = await ensure(await open());
  expect(await readFile(join(folder, 'first-key'), 'utf8')).toBe(`${first?.text}\n`);
  expect((await stat(join(folder, 'first-key'))).mode & 0o777).toBe(0o600);
});

test('the file of a key that was revoked from elsewhere goes at the next start', async () => {
  const first = await ensure(await open());
  const elsewhere = await open(join(folder, 'elsewhere'));
  await elsewhere.app.get(KeyService).revoke(first?.keyId ?? '', 'cli');
  expect(await readdir(folder)).toEqual(['first-key']);
  expect(await ensure(await open())).toBeNull();
  expect(await readdir(folder)).toEqual([]);
});

test('the key of another database stays, and each database finds its own', async () => {
  const other = await createTestDatabase();
  try {
    const first = await ensure(await open());
    const identity = await openIdentity(other.url, { env: { DATA_DIR: folder } });
    opened.push(identity);
    const second = await ensure(identity);
    const path = join(folder, `first-key-${second?.keyId}`);
    expect(second?.file).toBe(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder, 'first-key'), 'utf8')).toBe(`${first?.text}\n`);
    expect(await identity.app.get(FirstRunService).existingFirstKeyFile(folder)).toBe(path);
    expect(await (await open()).app.get(FirstRunService).existingFirstKeyFile(folder)).toBe(join(folder, 'first-key'));
    await identity.app.get(KeyService).revoke(second?.keyId ?? '', 'cli');
    expect(await readdir(folder)).toEqual(['first-key']);
    expect(await identity.app.get(FirstRunService).existingFirstKeyFile(folder)).toBeNull();
    opened.splice(opened.indexOf(identity), 1);
    await identity.close();
  } finally {
    await other.drop();
  }
});
