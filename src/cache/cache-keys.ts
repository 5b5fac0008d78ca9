/** How long an entry of each kind is kept, in s. Entries are found under the version of their data, so none is stale. */
const timeToLiveS = {
  // Whoever opens a dashboard asks for it again and again for some minutes; then its place is worth more than it.
  metrics: 600,
} as const;

/** What is cached: each kind is one sort of answer. */
export type CacheKind = keyof typeof timeToLiveS;

/** Shape of what is stored: raise it when any cached answer changes, so that two versions of the service can overlap. */
const shape = 'v1';

/** Share of the time-to-live that is taken off at random, so that what was stored together does not end together. */
const maxJitter = 0.1;

/** The key of one answer for one user, as of one version of the user's data. */
export function cacheKey(kind: CacheKind, userId: string, version: string): string {
  return `${shape}:${kind}:${userId}:${version}`;
}

/** How long an entry that is stored now is kept, in whole ms: its kind's time-to-live or up to a tenth less. */
export function timeToLiveMs(kind: CacheKind): number {
  return Math.round(timeToLiveS[kind] * 1000 * (1 - maxJitter * Math.random()));
}
