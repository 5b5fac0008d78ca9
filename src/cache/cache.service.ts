import { Inject, Injectable } from '@nestjs/common';
import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import type { MemoryCache } from 'cache-manager';
import type { Counter } from 'prom-client';
import { type CacheKind, cacheKey, timeToLiveMs } from './cache-keys';
import { MEMORY_TIER } from './memory-tier';
import { RedisTier } from './redis-tier';

/** How long memory keeps what it got from Redis, which does not tell how old it is: at most this longer than promised. */
const copyLifetimeMs = 60_000;

const hitsName = 'cache_hits_total';
const missesName = 'cache_misses_total';

/** The counters of what was found and what was not. */
export const cacheCounterProviders = [
  makeCounterProvider({ name: hitsName, help: 'Answers found in the cache.', labelNames: ['kind', 'tier'] }),
  makeCounterProvider({ name: missesName, help: 'Answers that had to be loaded.', labelNames: ['kind'] }),
];

/** Gives an answer to one caller. */
type Give = () => unknown;

/** Answers kept for later, in memory and in Redis. */
@Injectable()
export class CacheService {
  private readonly flights = new Map<string, Promise<Give>>();

  constructor(
    @Inject(MEMORY_TIER) private readonly memory: MemoryCache,
    private readonly redis: RedisTier,
    @InjectMetric(hitsName) private readonly hits: Counter<'kind' | 'tier'>,
    @InjectMetric(missesName) private readonly misses: Counter<'kind'>,
  ) {}

  /**
   * The answer that is kept for a user under a version of the user's data, else what `load` gives, which is then kept.
   *
   * Read the version before `load` reads the data, so that nothing is kept under a newer version than its own. At most
   * one `load` for one answer runs at a time in this process; who asks meanwhile waits for it.
   *
   * Shape: what comes back is the caller's own copy as JSON gives it back (a Date is its text), whether it was kept or
   * not. `undefined` and `null` are not kept.
   * Errors: rejects only as `load` does; a cache that fails is a miss.
   */
  async getOrLoad<T>(kind: CacheKind, userId: string, version: string, load: () => Promise<T>): Promise<T> {
    const key = cacheKey(kind, userId, version);
    let flight = this.flights.get(key);
    if (flight === undefined) {
      flight = this.find(kind, key, load).finally(() => this.flights.delete(key));
      this.flights.set(key, flight);
    }
    const give = await flight;
    return give() as T;
  }

  private async find(kind: CacheKind, key: string, load: () => Promise<unknown>): Promise<Give> {
    const kept = await this.read(kind, key);
    if (kept !== undefined) return () => JSON.parse(kept);
    this.misses.inc({ kind });
    const value = await load();
    const text = toJson(value);
    if (text === undefined) return () => value;
    const lifetimeMs = timeToLiveMs(kind);
    await this.memory.set(key, text, lifetimeMs);
    // Nobody waits for it.
    void this.redis.set(key, value, lifetimeMs);
    return () => JSON.parse(text);
  }

  private async read(kind: CacheKind, key: string): Promise<string | undefined> {
    const kept = await this.memory.get<string>(key);
    if (kept !== undefined) {
      this.hits.inc({ kind, tier: 'memory' });
      return kept;
    }
    const text = toJson(await this.redis.get(key));
    if (text === undefined) return undefined;
    this.hits.inc({ kind, tier: 'redis' });
    await this.memory.set(key, text, Math.min(copyLifetimeMs, timeToLiveMs(kind)));
    return text;
  }
}

/** The value as JSON; undefined for what cannot be kept. */
function toJson(value: unknown): string | undefined {
  if (value === null) return undefined;
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
