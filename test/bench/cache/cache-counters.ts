import type { ServiceUnderTest } from '../service/service-under-test';

/** What the replicas' caches did, added up. */
export interface CacheCounters {
  readonly hits: number;
  readonly misses: number;
  readonly loads: number;
  /** Operations of Redis by the upper limit of their time in s; cumulative, the last is Infinity. */
  readonly operations: readonly (readonly [limitS: number, count: number])[];
}

function sumOf(text: string, name: string, labels = ''): number {
  const pattern = new RegExp(`^health_export_${name}(?:\\{[^}]*${labels}[^}]*\\})? (\\S+)$`, 'gm');
  return [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
}

function limitsOf(text: string): number[] {
  const found = text.matchAll(/^health_export_cache_operation_seconds_bucket\{[^}]*le="([^"]+)"/gm);
  return [...new Set([...found].map(([, le]) => (le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le))))];
}

/** Reads the counters of all replicas. */
export async function readCacheCounters(replicas: readonly ServiceUnderTest[]): Promise<CacheCounters> {
  const text = (await Promise.all(replicas.map((replica) => replica.get('/metrics')))).join('\n');
  const le = (limitS: number): string => (Number.isFinite(limitS) ? String(limitS) : '\\+Inf');
  return {
    hits: sumOf(text, 'cache_hits_total'),
    misses: sumOf(text, 'cache_misses_total'),
    loads: sumOf(text, 'cache_loads_total'),
    operations: limitsOf(text)
      .sort((a, b) => a - b)
      .map((limitS) => [limitS, sumOf(text, 'cache_operation_seconds_bucket', `le="${le(limitS)}"`)]),
  };
}

/** What was added since other counters were read. */
export function since(after: CacheCounters, before: CacheCounters): CacheCounters {
  return {
    hits: after.hits - before.hits,
    misses: after.misses - before.misses,
    loads: after.loads - before.loads,
    operations: after.operations.map(([limitS, count]) => {
      const earlier = before.operations.find(([limit]) => limit === limitS)?.[1] ?? 0;
      return [limitS, count - earlier];
    }),
  };
}

/** The time that a share of the operations did not exceed, in ms; between two limits, the line between them. */
export function operationMs({ operations }: CacheCounters, share: number): number {
  const total = operations.at(-1)?.[1] ?? 0;
  let [belowS, below] = [0, 0];
  for (const [limitS, count] of operations) {
    if (count >= share * total) {
      if (!Number.isFinite(limitS)) return belowS * 1000;
      return (belowS + ((limitS - belowS) * (share * total - below)) / Math.max(1, count - below)) * 1000;
    }
    [belowS, below] = [limitS, count];
  }
  return Number.NaN;
}
