import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { encodeBase62, randomBase62 } from './base62';
import { crc32 } from './crc32';

/** Characters of each part: 71 random bits to find a key by, 256 to prove it with, 32 to notice a typing error. */
const keyIdLength = 12;
const secretLength = 43;
const checksumLength = 6;

const keyPattern = new RegExp(
  `^hx_([0-9A-Za-z]{${keyIdLength}})_([0-9A-Za-z]{${secretLength}})([0-9A-Za-z]{${checksumLength}})$`,
);

/** Compared with where there is no digest, so that an unknown key takes the time of a known one. */
const digestOfNothing = randomBytes(32);

/** What a key's text says: what to look it up by, and what proves that it is the one. */
export interface ParsedApiKey {
  readonly keyId: string;
  readonly secret: string;
}

function checksumOf(text: string): string {
  return encodeBase62(crc32(text), checksumLength);
}

/** A key made now: `text` is what its owner gets and nobody keeps, `hx_<keyId>_<secret><checksum>` in 65 characters. */
export function generateApiKey(): ParsedApiKey & { readonly text: string } {
  const keyId = randomBase62(keyIdLength);
  const secret = randomBase62(secretLength);
  const body = `hx_${keyId}_${secret}`;
  return { keyId, secret, text: body + checksumOf(body) };
}

/** Takes a key apart; null for anything that {@link generateApiKey} cannot have made, found without a database. */
export function parseApiKey(text: string): ParsedApiKey | null {
  const [, keyId, secret, checksum] = keyPattern.exec(text) ?? [];
  if (keyId === undefined || secret === undefined) return null;
  return checksumOf(text.slice(0, -checksumLength)) === checksum ? { keyId, secret } : null;
}

/**
 * The 32 bytes that are kept of a secret: HMAC-SHA-256 under the pepper.
 *
 * Fast on purpose (3 µs): nobody can guess 256 random bits, so a slow hash would protect nothing and give everybody who
 * can send a request a way to keep us busy.
 */
export function digestSecret(secret: string, pepper: string): Buffer {
  return createHmac('sha256', pepper).update(secret).digest();
}

/** True when `secret` has the digest that is kept; false, after the same work, when none is kept (`null`). */
export function matchesDigest(secret: string, pepper: string, kept: Buffer | null): boolean {
  const isEqual = timingSafeEqual(digestSecret(secret, pepper), kept ?? digestOfNothing);
  return isEqual && kept !== null;
}
