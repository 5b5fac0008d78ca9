import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { generateApiKey } from '../../../src/identity/api-key';
import { AuthenticationService } from '../../../src/identity/authentication.service';
import { encodeBase62 } from '../../../src/identity/base62';
import { crc32 } from '../../../src/identity/crc32';
import { type IssuedKey, KeyService } from '../../../src/identity/key.service';
import type { UserEntity } from '../../../src/identity/user.entity';
import { UserService } from '../../../src/identity/user.service';
import { createTestDatabase } from '../../support/test-database';
import { type OpenIdentity, openIdentity } from './open-identity';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let identity: OpenIdentity;
let authentication: AuthenticationService;
let keys: KeyService;
let user: UserEntity;
let key: IssuedKey;

beforeAll(async () => {
  database = await createTestDatabase();
  identity = await openIdentity(database.url);
  await identity.app.init();
  authentication = identity.app.get(AuthenticationService);
  keys = identity.app.get(KeyService);
  const newUser = { name: 'Zoë', timeZone: 'Europe/Zurich', actor: 'cli' };
  user = await identity.app.get(UserService).add(newUser);
});

afterAll(async () => {
  await identity?.close();
  await database?.drop();
});

function addKey(expiresAt: Date | null = null): Promise<IssuedKey> {
  return keys.add({ userId: user.id, name: 'phone', scopes: ['ingest:write', 'read'], expiresAt, actor: 'cli' });
}

function problem(status: number, code: string) {
  return expect.objectContaining({ status, code });
}

function authenticate(text: string, service = authentication) {
  return service.authenticate({ 'x-api-key': text });
}

beforeEach(async () => {
  key = await addKey();
});

describe('a valid key', () => {
  const headersOf: Record<string, (text: string) => Record<string, string>> = {
    'Authorization: Bearer': (text) => ({ authorization: `Bearer ${text}` }),
    'X-API-Key': (text) => ({ 'x-api-key': text }),
    'api-key': (text) => ({ 'api-key': text }),
  };

  test.each(Object.keys(headersOf))('tells whose it is, from %s', async (name) => {
    expect(await authentication.authenticate(headersOf[name]?.(key.text) ?? {})).toEqual({
      userId: user.id,
      userName: 'Zoë',
      timeZone: 'Europe/Zurich',
      keyId: key.keyId,
      scopes: ['ingest:write', 'read'],
    });
  });

  test('does not help when a header that counts before it holds a wrong one', async () => {
    const headers = { authorization: `Bearer ${generateApiKey().text}`, 'x-api-key': key.text };
    await expect(authentication.authenticate(headers)).rejects.toEqual(problem(401, 'key_invalid'));
  });
});

describe('is refused', () => {
  test('no key', async () => {
    await expect(authentication.authenticate({})).rejects.toEqual(problem(401, 'key_missing'));
  });

  test('what is not a key', async () => {
    await expect(authenticate('secret')).rejects.toEqual(problem(401, 'key_invalid'));
  });

  test('a well-formed key that nobody has', async () => {
    await expect(authenticate(generateApiKey().text)).rejects.toEqual(problem(401, 'key_invalid'));
  });

  test('a wrong secret under a known id, its checksum being right', async () => {
    const forged = `hx_${key.keyId}_${generateApiKey().secret}`;
    const text = forged + encodeBase62(crc32(forged), 6);
    await expect(authenticate(text)).rejects.toEqual(problem(401, 'key_invalid'));
  });

  test('a key from the moment at which it expires', async () => {
    const { text } = await addKey(new Date(Date.now() + 300));
    expect(await authenticate(text)).toMatchObject({ userId: user.id });
    await new Promise((resolve) => setTimeout(resolve, 310));
    await expect(authenticate(text)).rejects.toEqual(problem(401, 'key_expired'));
  });

  test('a revoked key, within two seconds also where it was used a moment ago', async () => {
    const replica = await openIdentity(database.url);
    try {
      const service = replica.app.get(AuthenticationService);
      await authenticate(key.text, service);
      await keys.revoke(key.keyId, 'cli');
      const revokedAtMs = performance.now();
      await expect
        .poll(() => authenticate(key.text, service).catch(({ code }) => code), { timeout: 5000, interval: 20 })
        .toBe('key_revoked');
      expect(performance.now() - revokedAtMs).toBeLessThan(2300);
    } finally {
      await replica.close();
    }
  });

  test('a key that was issued under another pepper', async () => {
    const other = await openIdentity(database.url, { env: { KEY_PEPPER: 'p'.repeat(32) } });
    try {
      const service = other.app.get(AuthenticationService);
      await expect(authenticate(key.text, service)).rejects.toEqual(problem(401, 'key_invalid'));
      const peppered = await other.app
        .get(KeyService)
        .add({ userId: user.id, name: 'peppered', scopes: ['read'], expiresAt: null, actor: 'cli' });
      expect(await authenticate(peppered.text, service)).toMatchObject({ scopes: ['read'] });
      await expect(authenticate(peppered.text)).rejects.toEqual(problem(401, 'key_invalid'));
    } finally {
      await other.close();
    }
  });
});
