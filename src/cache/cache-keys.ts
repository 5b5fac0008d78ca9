import { createHash } from 'node:crypto';
import { readVersion } from '../common/read-version';
import type { CacheKind } from './cache-kinds';

/** Shape of what is stored: raise it when it changes, so that two versions of the service can overlap. */
const shape = 'v1';

/** Where the version of a user's data is, for all processes. */
export function versionKey(userId: string): string {
  return `${shape}:version:${userId}`;
}

/** Where it is noted what a user asked for lately. */
export function askedKey(userId: string): string {
  return `${shape}:asked:${userId}`;
}

/** Where one answer to one user is, as of one version of the user's data; `tag` is what {@link answerTag} made. */
export function answerKey(kind: CacheKind, userId: string, version: string, tag: string): string {
  return `${shape}:${kind}:${userId}:${version}:${tag}`;
}

/** Where it is noted that some process is making an answer. */
export function makingKey(key: string): string {
  return `${key}:making`;
}

const build = readVersion();

/**
 * A name of 22 characters for everything that an answer depends on: the user, the user's zone, the version of the data,
 * what day it is for the user, the question as its URL, and this build. Two answers with one name are the same.
 */
export function answerTag(
  { userId, timeZone }: { readonly userId: string; readonly timeZone: string },
  version: string,
  localDay: number,
  url: string,
): string {
  const parts = JSON.stringify([build, userId, timeZone, version, localDay, url]);
  return createHash('sha256').update(parts).digest('base64url').slice(0, 22);
}
