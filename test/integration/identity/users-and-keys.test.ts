import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { digestSecret, parseApiKey } from '../../../src/identity/api-key';
import { KeyService, type NewKey } from '../../../src/identity/key.service';
import { UserService } from '../../../src/identity/user.service';
import { createTestDatabase } from '../../support/test-database';
import { type OpenIdentity, openIdentity } from './open-identity';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let identity: OpenIdentity;
let users: UserService;
let keys: KeyService;
let owner: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  identity = await openIdentity(database.url, { env: { KEY_PEPPER: 'pepper '.repeat(5) } });
  users = identity.app.get(UserService);
  keys = identity.app.get(KeyService);
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
});

afterAll(async () => {
  await owner?.end();
  await identity?.close();
  await database?.drop();
});

beforeEach(async () => {
  await owner.query('TRUNCATE users, api_keys, audit_log CASCADE');
});

async function addKey(userName: string, values: Partial<NewKey> = {}) {
  const user = await users.add({ name: userName, timeZone: 'UTC', actor: 'cli' });
  return keys.add({ userId: user.id, name: 'phone', scopes: ['read'], expiresAt: null, actor: 'cli', ...values });
}

describe('users', () => {
  test('are added with their zone and listed by name', async () => {
    await users.add({ name: 'Zoë', timeZone: 'Europe/Zurich', actor: 'cli' });
    const anna = await users.add({ name: 'anna', timeZone: 'America/St_Johns', actor: 'cli' });
    const list = await users.list();
    expect(list.map(({ name, timeZone }) => [name, timeZone])).toEqual([
      ['Zoë', 'Europe/Zurich'],
      ['anna', 'America/St_Johns'],
    ]);
    expect(await users.findByName('anna')).toEqual(anna);
  });

  test('of an unknown name are not found', async () => {
    await expect(users.findByName('nobody')).rejects.toMatchObject({ status: 404, code: 'user_unknown' });
  });

  test('have one name once, however many add it at once', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => users.add({ name: 'me', timeZone: 'UTC', actor: 'cli' })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ status: 409, code: 'user_exists' });
    }
    expect(await users.list()).toHaveLength(1);
  });

  test.each(['', ' me', 'me ', 'a\nb', 'a\u0000b', 'x'.repeat(101)])('are not named %j', async (name) => {
    const adding = users.add({ name, timeZone: 'UTC', actor: 'cli' });
    await expect(adding).rejects.toMatchObject({ status: 400, code: 'user_name_invalid' });
  });

  test.each(['x', 'x'.repeat(100), 'Zoë Müller', '健康'])('may be named %j', async (name) => {
    expect(await users.add({ name, timeZone: 'UTC', actor: 'cli' })).toMatchObject({ name });
  });

  test.each(['Mars/Olympus', '', 'UTC; DROP TABLE users'])('do not live in %j', async (timeZone) => {
    const adding = users.add({ name: 'me', timeZone, actor: 'cli' });
    await expect(adding).rejects.toMatchObject({ status: 400, code: 'time_zone_unknown' });
  });
});

describe('keys', () => {
  test('are kept as a digest only', async () => {
    const { keyId, text } = await addKey('me');
    const { secret } = parseApiKey(text) ?? { secret: '' };
    const { rows } = await owner.query('SELECT k::text AS row, digest FROM api_keys k');
    expect(rows).toHaveLength(1);
    expect(rows[0].row).toContain(keyId);
    expect(rows[0].row).not.toContain(secret);
    expect(rows[0].digest).toEqual(digestSecret(secret, 'pepper '.repeat(5).trim()));
  });

  test('are listed oldest first, for all or for one, without anything secret', async () => {
    const expiresAt = new Date('2100-01-01T00:00:00Z');
    const first = await addKey('me', { name: 'phone', scopes: ['read', 'erase'], expiresAt });
    const second = await addKey('you');
    const all = await keys.list();
    expect(all.map(({ keyId, userName }) => [keyId, userName])).toEqual([
      [first.keyId, 'me'],
      [second.keyId, 'you'],
    ]);
    expect(all[0]).toMatchObject({ name: 'phone', scopes: ['read', 'erase'], expiresAt, revokedAt: null });
    expect(Object.values(all[0] ?? {}).some(Buffer.isBuffer)).toBe(false);
    const me = await users.findByName('me');
    expect((await keys.list(me.id)).map(({ keyId }) => keyId)).toEqual([first.keyId]);
  });

  test('are revoked once and for good', async () => {
    const { keyId } = await addKey('me');
    expect(await keys.revoke(keyId, 'cli')).toEqual({ wasRevokedBefore: false });
    const [revoked] = await keys.list();
    expect(revoked?.revokedAt).toBeInstanceOf(Date);
    expect(await keys.revoke(keyId, 'cli')).toEqual({ wasRevokedBefore: true });
    expect((await keys.list())[0]?.revokedAt).toEqual(revoked?.revokedAt);
  });

  test('that are unknown cannot be revoked', async () => {
    await expect(keys.revoke('abcdefghijkl', 'cli')).rejects.toMatchObject({ status: 404, code: 'key_unknown' });
  });

  test('that are the first one take their file along, others do not', async () => {
    const [first, other] = [await addKey('me'), await addKey('you')];
    const path = join(identity.dataDir, 'first-key');
    await writeFile(path, `${first.text}\n`);
    await keys.revoke(other.keyId, 'cli');
    await expect(rm(path)).resolves.toBeUndefined();
    await writeFile(path, `${first.text}\n`);
    await keys.revoke(first.keyId, 'cli');
    await expect(rm(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

test('everything that is done is in the audit log, without secrets', async () => {
  const { keyId, text } = await addKey('me', { actor: 'somebodysKey' });
  await keys.revoke(keyId, 'cli');
  await keys.revoke(keyId, 'cli');
  const { rows } = await owner.query('SELECT actor, action, details, user_id, id, at FROM audit_log ORDER BY id');
  expect(rows.map(({ actor, action, details }) => [actor, action, details])).toEqual([
    ['cli', 'user.added', { name: 'me', timeZone: 'UTC' }],
    ['somebodysKey', 'key.added', { keyId, name: 'phone', scopes: ['read'], expiresAt: null }],
    ['cli', 'key.revoked', { keyId }],
  ]);
  expect(JSON.stringify(rows)).not.toContain(parseApiKey(text)?.secret);
  await expect(
    identity.app.get(KeyService)['database'].inTransaction([], (tx) => tx.query('DELETE FROM audit_log')),
  ).rejects.toMatchObject({ code: '42501' });
});
