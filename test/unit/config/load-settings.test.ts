import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { InvalidSettingsError } from '../../../src/config/invalid-settings.error';
import { loadSettings } from '../../../src/config/load-settings';

const folder = mkdtempSync(join(tmpdir(), 'settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function faultsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadSettings(env);
    return [];
  } catch (error) {
    return (error as InvalidSettingsError).faults;
  }
}

describe('values', () => {
  test('an empty environment gives the defaults', () => {
    expect(loadSettings({})).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      dataDir: '.data',
      firstUserName: 'me',
      databaseUrl: undefined,
      databaseOwnerUrl: undefined,
      redisUrl: undefined,
      logFormat: 'auto',
      maxBodyBytes: 256 * 1024 * 1024,
      chunkRows: 8000,
      poolMax: 20,
      poolMin: 5,
    });
  });

  test('text becomes the value of its type', () => {
    const env = { PORT: ' 8080 ', LOG_LEVEL: 'debug', DATABASE_URL: 'postgres://app@db/health' };
    expect(loadSettings(env)).toMatchObject({ port: 8080, logLevel: 'debug', databaseUrl: 'postgres://app@db/health' });
  });

  test('an empty variable is an absent one', () => {
    expect(loadSettings({ PORT: '', REDIS_URL: ' ' })).toEqual(loadSettings({}));
  });

  test('the owner of the database is its user unless said otherwise', () => {
    const app = 'postgres://app@db/health';
    const owner = 'postgres://owner@db/health';
    expect(loadSettings({ DATABASE_URL: app }).databaseOwnerUrl).toBe(app);
    expect(loadSettings({ DATABASE_URL: app, DATABASE_OWNER_URL: owner }).databaseOwnerUrl).toBe(owner);
  });

  test('nobody can change them', () => {
    expect(Object.isFrozen(loadSettings({}))).toBe(true);
  });
});

describe('faults', () => {
  test.each([
    ['PORT', 'abc', 'PORT must be a whole number from 0 to 65535, not "abc".'],
    ['PORT', '65536', 'PORT must be a whole number from 0 to 65535, not "65536".'],
    ['PORT', '1e3', 'PORT must be a whole number from 0 to 65535, not "1e3".'],
    ['PORT', '-1', 'PORT must be a whole number from 0 to 65535, not "-1".'],
    ['LOG_FORMAT', 'xml', 'LOG_FORMAT must be one of auto, json, pretty, not "xml".'],
    ['FIRST_USER_NAME', 'a\u0000b', 'FIRST_USER_NAME must be a text of 1 to 100 characters, not "a\\u0000b".'],
    [
      'PUBLIC_URL',
      'phone.example',
      'PUBLIC_URL must be a URL that begins with http:// or https://, not "phone.example".',
    ],
    ['REDIS_URL', 'http://h', 'REDIS_URL must be a URL that begins with redis:// or rediss://.'],
    ['KEY_PEPPER', 'too-short', 'KEY_PEPPER must be a secret of at least 32 characters.'],
  ])('%s=%j', (name, text, sentence) => {
    expect(faultsOf({ [name]: text })).toEqual([sentence]);
  });

  test('a long wrong value is cut', () => {
    expect(faultsOf({ PORT: '9'.repeat(5000) })[0]).toMatch(/, not "9{60}…"\.$/);
  });

  test('all of them are reported at once', () => {
    const env = { PORT: 'abc', LOG_LEVEL: 'loud', POOL_MIN: '30', HEALTH_EXPORT_PORT: '1' };
    expect(faultsOf(env)).toEqual([
      'HEALTH_EXPORT_PORT is not a setting; did you mean PORT?',
      'PORT must be a whole number from 0 to 65535, not "abc".',
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud".',
      'POOL_MIN must not be above POOL_MAX.',
    ]);
    expect(() => loadSettings(env)).toThrow(/^The settings cannot be used:\n {2}- HEALTH.*\n {2}- PORT.*\n/);
  });

  test.each([
    [{ POOL_MIN: '21' }, 'POOL_MIN must not be above POOL_MAX.'],
    [{ LOCK_TIMEOUT_MS: '10001' }, 'LOCK_TIMEOUT_MS must not be above STATEMENT_TIMEOUT_MS.'],
    [{ REQUEST_TIMEOUT_MS: '9999' }, 'HEADERS_TIMEOUT_MS must not be above REQUEST_TIMEOUT_MS.'],
    [{ DRAIN_DELAY_MS: '20000' }, 'DRAIN_DELAY_MS must be below SHUTDOWN_TIMEOUT_MS.'],
    [{ DATABASE_OWNER_URL: 'postgres://o@db/h' }, 'DATABASE_OWNER_URL needs DATABASE_URL beside it.'],
    [{ ROLE: 'worker' }, 'ROLE=api and ROLE=worker need DATABASE_URL: processes that share the work share a database.'],
  ])('settings that contradict each other: %j', (env, sentence) => {
    expect(faultsOf(env)).toEqual([sentence]);
  });

  test('a wrong value does not also count as a contradiction', () => {
    expect(faultsOf({ POOL_MIN: '30', POOL_MAX: 'many' })).toHaveLength(1);
    expect(faultsOf({ DATABASE_URL: 'nonsense', DATABASE_OWNER_URL: 'postgres://o@db/h' })).toHaveLength(1);
  });
});

describe('secrets', () => {
  const pepper = 'p'.repeat(40);

  test('come from a file too, without the line end', () => {
    expect(loadSettings({ KEY_PEPPER_FILE: file('pepper', `${pepper}\n`) }).keyPepper).toBe(pepper);
  });

  test('only secrets do', () => {
    expect(loadSettings({ PORT_FILE: file('port', '8080') }).port).toBe(3000);
  });

  test('come from one place only', () => {
    const env = { KEY_PEPPER: pepper, KEY_PEPPER_FILE: file('pepper', pepper) };
    expect(faultsOf(env)).toEqual(['KEY_PEPPER and KEY_PEPPER_FILE are both set; remove one.']);
  });

  test('a file that cannot be used is a fault', () => {
    const missing = join(folder, 'missing');
    expect(faultsOf({ REDIS_URL_FILE: missing })[0]).toMatch(
      /^REDIS_URL_FILE names a file that cannot be read, .*ENOENT/,
    );
    expect(faultsOf({ REDIS_URL_FILE: folder })[0]).toMatch(/EISDIR/);
    expect(faultsOf({ REDIS_URL_FILE: file('empty', '\n') })[0]).toMatch(/^REDIS_URL_FILE names an empty file/);
  });

  test('are never repeated, wherever they were wrong', () => {
    const secret = 'hunter2';
    const env = {
      DATABASE_URL: `mysql://me:${secret}@db/x`,
      DATABASE_OWNER_URL: secret,
      REDIS_URL_FILE: file('redis', `http://:${secret}@cache`),
      KEY_PEPPER: secret,
    };
    expect(faultsOf(env)).toHaveLength(4);
    expect(faultsOf(env).join()).not.toContain(secret);
  });
});

describe('unknown names', () => {
  test.each([
    ['HEALTH_EXPORT_DATABSE_URL', 'DATABASE_URL'],
    ['HEALTH_EXPORT_POOLMAX', 'POOL_MAX'],
    ['HEALTH_EXPORT_REDIS', 'REDIS_URL'],
  ])('%s is close to %s', (name, nearest) => {
    expect(faultsOf({ [name]: 'x' })).toEqual([`${name} is not a setting; did you mean ${nearest}?`]);
  });

  test('what Kubernetes adds for a Service named health-export is not meant for us', () => {
    const env = {
      HEALTH_EXPORT_SERVICE_HOST: '10.0.0.7',
      HEALTH_EXPORT_SERVICE_PORT: '3000',
      HEALTH_EXPORT_SERVICE_PORT_HTTP: '3000',
      HEALTH_EXPORT_PORT: 'tcp://10.0.0.7:3000',
      HEALTH_EXPORT_PORT_3000_TCP: 'tcp://10.0.0.7:3000',
      HEALTH_EXPORT_PORT_3000_TCP_ADDR: '10.0.0.7',
      HEALTH_EXPORT_PORT_3000_TCP_PORT: '3000',
      HEALTH_EXPORT_PORT_3000_TCP_PROTO: 'tcp',
    };
    expect(faultsOf(env)).toEqual([]);
  });

  test('names of other programs are left alone', () => {
    expect(faultsOf({ PATH: '/bin', DATABASE_URI: 'x', PORTS: '1' })).toEqual([]);
  });
});
