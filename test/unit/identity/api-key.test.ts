import crypto from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { digestSecret, generateApiKey, matchesDigest, parseApiKey } from '../../../src/identity/api-key';

vi.mock('node:crypto', { spy: true });

afterEach(() => {
  vi.mocked(crypto.timingSafeEqual).mockClear();
});

describe('a generated key', () => {
  test('has the written format and can be taken apart again', () => {
    const { keyId, secret, text } = generateApiKey();
    expect(text).toMatch(/^hx_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
    expect(text.startsWith(`hx_${keyId}_${secret}`)).toBe(true);
    expect(parseApiKey(text)).toEqual({ keyId, secret });
  });

  test('is another one each time', () => {
    const keys = Array.from({ length: 1000 }, generateApiKey);
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(1000);
    expect(new Set(keys.map(({ secret }) => secret)).size).toBe(1000);
  });
});

describe('a text that is no key is told without a database', () => {
  test('with one character changed anywhere', () => {
    const { text } = generateApiKey();
    for (let position = 0; position < text.length; position++) {
      for (const other of ['0', 'A', 'z', '_', ' ', 'é']) {
        if (text[position] === other) continue;
        expect(parseApiKey(text.slice(0, position) + other + text.slice(position + 1))).toBeNull();
      }
    }
  });

  test.each([
    ['empty', ''],
    ['cut short', generateApiKey().text.slice(0, -1)],
    ['with a character too many', `${generateApiKey().text}0`],
    ['with a line break at its end', `${generateApiKey().text}\n`],
    ['two keys', `${generateApiKey().text}, ${generateApiKey().text}`],
    ['very long', `hx_${'a'.repeat(1_000_000)}`],
  ])('%s', (_name, text) => {
    expect(parseApiKey(text)).toBeNull();
  });
});

describe('a digest', () => {
  // RFC 4231, test case 2.
  test('is HMAC-SHA-256 with the pepper as its key', () => {
    expect(digestSecret('what do ya want for nothing?', 'Jefe').toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  test('matches its own secret under its own pepper only', () => {
    const kept = digestSecret('secret', 'pepper');
    expect(matchesDigest('secret', 'pepper', kept)).toBe(true);
    expect(matchesDigest('Secret', 'pepper', kept)).toBe(false);
    expect(matchesDigest('secret', 'paprika', kept)).toBe(false);
  });

  test.each([
    ['known key with the right secret', 'secret', digestSecret('secret', 'pepper')],
    ['known key with a wrong secret', 'wrong', digestSecret('secret', 'pepper')],
    ['unknown key', 'secret', null],
  ])('is compared once in constant time: %s', (_name, secret, kept) => {
    matchesDigest(secret, 'pepper', kept);
    expect(crypto.timingSafeEqual).toHaveBeenCalledTimes(1);
    const [left, right] = vi.mocked(crypto.timingSafeEqual).mock.calls[0] ?? [];
    expect([left?.byteLength, right?.byteLength]).toEqual([32, 32]);
  });

  test('of nothing is matched by no secret', () => {
    expect(matchesDigest('secret', 'pepper', null)).toBe(false);
  });
});
