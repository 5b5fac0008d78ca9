import { caching, type MemoryCache } from 'cache-manager';
import type { Entry } from './cached-answer';

/** Injection token of the cache in this process' own memory, which holds entries. */
export const MEMORY_TIER = Symbol('memory tier of the cache');

/** Most entries: the answers of some hundred users who are looking at them now. */
const maxEntries = 500;

/** Most characters in all entries together. */
const maxCharacters = 16 * 1024 * 1024;

/** The cache in memory: small, and the least recently used goes first. Nobody may change an entry. */
export function createMemoryTier(): Promise<MemoryCache> {
  return caching('memory', {
    max: maxEntries,
    maxSize: maxCharacters,
    sizeCalculation: (entry) => (entry as Entry).text.length + 1,
    // Entries are never changed, so no copy is needed.
    shouldCloneBeforeSet: false,
    // Every entry says its own.
    ttl: 0,
    // A timer for each entry would outlive the entry; what is too old is found out when it is read.
    ttlAutopurge: false,
  });
}
