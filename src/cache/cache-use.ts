import type { CacheUse } from '../monitoring/process-figures';
import { type CacheKind, cacheKinds } from './cache-kinds';

/** Ages that are remembered for a percentile, of each kind: the newest. */
const maxAges = 1000;

/** Entries whose end is remembered. */
const maxEnds = 5000;

interface KindUse {
  hits: number;
  misses: number;
  expiredMisses: number;
  /** Ages of entries when they were asked for again, in ms; a ring. */
  readonly agesMs: number[];
}

/** How this process used each kind of cached answer, for the optimizer. */
export class CacheUseTally {
  private readonly byKind = new Map<CacheKind, KindUse>();
  /** When the entries that this process stored come to their end, in ms; oldest first. */
  private readonly endsMs = new Map<string, number>();

  hit(kind: CacheKind, ageMs: number): void {
    const use = this.useOf(kind);
    use.agesMs[use.hits++ % maxAges] = ageMs;
  }

  miss(kind: CacheKind, key: string): void {
    const use = this.useOf(kind);
    use.misses++;
    if ((this.endsMs.get(key) ?? Number.POSITIVE_INFINITY) <= Date.now()) use.expiredMisses++;
  }

  stored(key: string, lifetimeMs: number): void {
    this.endsMs.delete(key);
    this.endsMs.set(key, Date.now() + lifetimeMs);
    for (const oldest of this.endsMs.keys()) {
      if (this.endsMs.size <= maxEnds) return;
      this.endsMs.delete(oldest);
    }
  }

  /** The use of each kind since the start. */
  read(): readonly CacheUse[] {
    return [...this.byKind].map(([kind, { hits, misses, expiredMisses, agesMs }]) => {
      const sorted = agesMs.toSorted((a, b) => a - b);
      const p95Ms = sorted[Math.floor(0.95 * (sorted.length - 1))];
      const reuseP95S = p95Ms === undefined ? null : p95Ms / 1000;
      return { kind, hits, misses, expiredMisses, timeToLiveS: cacheKinds[kind].timeToLiveS, reuseP95S };
    });
  }

  private useOf(kind: CacheKind): KindUse {
    const use = this.byKind.get(kind) ?? { hits: 0, misses: 0, expiredMisses: 0, agesMs: [] };
    this.byKind.set(kind, use);
    return use;
  }
}
