import { crc32 } from 'node:zlib';
import type { CacheKind } from './cache-kinds';

/** Whose answers they are: all that a loader knows of who asks. */
export interface Reader {
  readonly userId: string;
  /** The user's IANA zone. */
  readonly timeZone: string;
}

/** One answer that may be kept: what it is, and of which version of the data. */
export interface AnswerAddress {
  readonly kind: CacheKind;
  readonly reader: Reader;
  /** The path and query that it answers. */
  readonly url: string;
  readonly version: string;
  /** What `answerTag` makes of all of these. */
  readonly tag: string;
}

/** An entry as it is stored, in memory and in Redis. */
export interface Entry {
  /** Its own key: what lies under another one is not believed. */
  readonly key: string;
  /** The answer as JSON. */
  readonly text: string;
  /** CRC-32 of the text: what was damaged or cut off is not believed either. */
  readonly crc32: number;
  readonly storedAtMs: number;
}

/** An entry that is stored under a key from now on. */
export function makeEntry(key: string, text: string): Entry {
  return { key, text, crc32: crc32(text), storedAtMs: Date.now() };
}

/** An entry that was stored under this key; undefined for anything else, whatever it may be. */
export function readEntry(value: unknown, key: string): Entry | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { key: ownKey, text, crc32: sum, storedAtMs } = value as Partial<Record<keyof Entry, unknown>>;
  const isEntry = ownKey === key && typeof text === 'string' && typeof storedAtMs === 'number';
  return isEntry && crc32(text) === sum ? { key, text, crc32: sum, storedAtMs } : undefined;
}
