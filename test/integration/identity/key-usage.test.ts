import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { AuthenticationService } from '../../../src/identity/authentication.service';
import { type IssuedKey, KeyService } from '../../../src/identity/key.service';
import { UserService } from '../../../src/identity/user.service';
import { createTestDatabase } from '../../support/test-database';
import { type OpenIdentity, openIdentity } from './open-identity';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let owner: Client;
let identity: OpenIdentity;
let key: IssuedKey;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
});

afterAll(async () => {
  await owner?.end();
  await database?.drop();
});

beforeEach(async () => {
  await owner.query('TRUNCATE users, api_keys, audit_log CASCADE');
  identity = await openIdentity(database.url);
  const user = await identity.app.get(UserService).add({ name: 'me', timeZone: 'UTC', actor: 'cli' });
  const newKey = { userId: user.id, name: 'phone', expiresAt: null, actor: 'cli' };
  key = await identity.app.get(KeyService).add({ ...newKey, scopes: ['read'] });
});

afterEach(() => identity.close());

function use(): Promise<unknown> {
  return identity.app.get(AuthenticationService).authenticate({ 'api-key': key.text });
}

async function readUse(): Promise<{ last_used_at: Date | null; version: string }> {
  // The row version changes with every write.
  const { rows } = await owner.query('SELECT last_used_at, xmin::text AS version FROM api_keys');
  return rows[0];
}

test('a use is written soon after, and not again within the minute', async () => {
  const before = Date.now();
  for (let count = 0; count < 50; count++) await use();
  await expect.poll(async () => (await readUse()).last_used_at, { timeout: 5000 }).toBeInstanceOf(Date);
  const written = await readUse();
  expect(written.last_used_at?.getTime()).toBeGreaterThanOrEqual(before);
  await use();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await readUse()).toEqual(written);
});

test('a use that was not written yet is written at the end', async () => {
  await use();
  expect((await readUse()).last_used_at).toBeNull();
  await identity.close();
  expect((await readUse()).last_used_at).toBeInstanceOf(Date);
  identity = await openIdentity(database.url);
});

test('a refused key was not used', async () => {
  await identity.app.get(KeyService).revoke(key.keyId, 'cli');
  await expect(use()).rejects.toMatchObject({ code: 'key_revoked' });
  await identity.close();
  expect((await readUse()).last_used_at).toBeNull();
  identity = await openIdentity(database.url);
});

test('a row that somebody else holds keeps nobody waiting', async () => {
  await owner.query('BEGIN');
  await owner.query('SELECT FROM api_keys FOR UPDATE');
  await use();
  const startedAtMs = performance.now();
  await identity.close();
  // Waiting for the lock would end with its time-out, after 5 s.
  expect(performance.now() - startedAtMs).toBeLessThan(2500);
  await owner.query('ROLLBACK');
  identity = await openIdentity(database.url);
});

test('a later time in the row stays', async () => {
  await owner.query("UPDATE api_keys SET last_used_at = '2100-01-01'");
  const later = await readUse();
  await use();
  await identity.close();
  expect(await readUse()).toEqual(later);
  identity = await openIdentity(database.url);
});
