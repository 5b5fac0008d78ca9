import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import type { MemoryCache } from 'cache-manager';
import type { Counter } from 'prom-client';
import { FiguresRegistry } from '../monitoring/figures-registry';
import { AskedLately } from './asked-lately.service';
import { answerKey } from './cache-keys';
import { isDueForRefresh, isWarmedKind, timeToLiveMs } from './cache-kinds';
import { CacheUseTally } from './cache-use';
import { type AnswerAddress, type Entry, makeEntry, readEntry } from './cached-answer';
import { takeTurn } from './loading-lock';
import { MEMORY_TIER } from './memory-tier';
import { RedisTier, redisBudgetMs } from './redis-tier';

/** How long memory keeps what it got from Redis: at most this much longer than promised. */
const copyLifetimeMs = 60_000;

/** Longer answers are not kept, in characters: they would push out a hundred others and are cheap beside their sending. */
const maxTextLength = 256 * 1024;

const hitsName = 'cache_hits_total';
const missesName = 'cache_misses_total';
const loadsName = 'cache_loads_total';

/** The counters of what was found, what was not, and what was made. */
export const cacheCounterProviders = [
  makeCounterProvider({ name: hitsName, help: 'Answers found in the cache.', labelNames: ['kind', 'tier'] }),
  makeCounterProvider({ name: missesName, help: 'Answers that were asked for and not found.', labelNames: ['kind'] }),
  makeCounterProvider({
    name: loadsName,
    help: 'Answers that were made: for a reader, before they end, or after a change.',
    labelNames: ['kind', 'cause'],
  }),
];

/** Why an answer is made: somebody waits for it, it would end soon, or the data has changed. */
type Cause = 'read' | 'refresh' | 'change';

/** Answers kept for later, in memory and in Redis. */
@Injectable()
export class CacheService implements OnModuleInit {
  private readonly flights = new Map<string, Promise<string>>();
  private readonly use = new CacheUseTally();

  constructor(
    @Inject(MEMORY_TIER) private readonly memory: MemoryCache,
    private readonly redis: RedisTier,
    private readonly asked: AskedLately,
    private readonly figures: FiguresRegistry,
    @InjectMetric(hitsName) private readonly hits: Counter<'kind' | 'tier'>,
    @InjectMetric(missesName) private readonly misses: Counter<'kind'>,
    @InjectMetric(loadsName) private readonly loads: Counter<'kind' | 'cause'>,
  ) {}

  onModuleInit(): void {
    this.figures.register('caches', () => this.use.read());
  }

  /**
   * The answer that is kept at an address, as JSON, else what `load` gives, which is then kept. Waits for Redis
   * `budgetMs` at most.
   *
   * Read the version before `load` reads the data, so that nothing is kept under a newer version than its own. At most
   * one `load` for one answer runs at a time in this process, and in all processes while Redis is there; who asks
   * meanwhile waits for it. Near its end an entry is still given out and made again meanwhile.
   *
   * Errors: rejects only as `load` does; a cache that fails is a miss.
   */
  async getOrLoad(address: AnswerAddress, budgetMs: number, load: () => Promise<unknown>): Promise<string> {
    const key = keyOf(address);
    const kept = await this.memory.get<Entry>(key);
    if (kept !== undefined) {
      if (isDueForRefresh(address.kind, Date.now() - kept.storedAtMs)) this.refresh(address, key, load);
      return this.give(address, kept, 'memory');
    }
    return await this.fly(key, () => this.find(address, key, budgetMs, load));
  }

  /** The answer that this process remembers, as JSON; undefined for none, and for one that is due to be made again. */
  async recall(address: AnswerAddress): Promise<string | undefined> {
    const entry = await this.memory.get<Entry>(keyOf(address));
    if (entry === undefined || isDueForRefresh(address.kind, Date.now() - entry.storedAtMs)) return undefined;
    return this.give(address, entry, 'memory');
  }

  /** Makes an answer that nobody waits for and leaves it in Redis, unless it is there or under way. As `load` rejects. */
  async warm(address: AnswerAddress, load: () => Promise<unknown>): Promise<void> {
    const key = keyOf(address);
    await this.fly(key, () => this.make(address, key, redisBudgetMs, 'change', load));
  }

  private fly(key: string, find: () => Promise<string>): Promise<string> {
    let flight = this.flights.get(key);
    if (flight === undefined) {
      flight = find().finally(() => this.flights.delete(key));
      this.flights.set(key, flight);
    }
    return flight;
  }

  private async find(
    address: AnswerAddress,
    key: string,
    budgetMs: number,
    load: () => Promise<unknown>,
  ): Promise<string> {
    const { kind, reader, url } = address;
    // Memory has the rest: each process notes once for each version who asks for what.
    if (isWarmedKind(kind)) void this.asked.note(reader.userId, { kind, timeZone: reader.timeZone, url });
    const startedAtMs = performance.now();
    const kept = readEntry(await this.redis.get(key, budgetMs), key);
    if (kept !== undefined) {
      await this.memory.set(key, kept, Math.min(copyLifetimeMs, timeToLiveMs(kind)));
      return this.give(address, kept, 'redis');
    }
    this.misses.inc({ kind });
    this.use.miss(kind, key);
    const leftMs = budgetMs - (performance.now() - startedAtMs);
    return await this.make(address, key, leftMs, 'read', load);
  }

  private give({ kind }: AnswerAddress, entry: Entry, tier: 'memory' | 'redis'): string {
    this.hits.inc({ kind, tier });
    this.use.hit(kind, Date.now() - entry.storedAtMs);
    return entry.text;
  }

  /** Makes an entry anew in the background; one that cannot be made now stays until its end. */
  private refresh(address: AnswerAddress, key: string, load: () => Promise<unknown>): void {
    if (this.flights.has(key)) return;
    void this.fly(key, () => this.load(address, key, 'refresh', load)).catch(() => undefined);
  }

  /** Makes an answer when it is this process' turn, else takes what another one made meanwhile. */
  private async make(
    address: AnswerAddress,
    key: string,
    budgetMs: number,
    cause: Cause,
    load: () => Promise<unknown>,
  ): Promise<string> {
    const turn = await takeTurn(this.redis, key, budgetMs);
    if (turn.kind === 'look') {
      const made = readEntry(await this.redis.get(key), key);
      if (made !== undefined) return made.text;
      // It is garbage, or gone again.
      return await this.load(address, key, cause, load);
    }
    return await this.load(address, key, cause, load).finally(turn.release);
  }

  private async load(
    { kind }: AnswerAddress,
    key: string,
    cause: Cause,
    load: () => Promise<unknown>,
  ): Promise<string> {
    this.loads.inc({ kind, cause });
    const text = JSON.stringify(await load());
    if (text.length > maxTextLength) return text;
    const entry = makeEntry(key, text);
    const lifetimeMs = timeToLiveMs(kind);
    this.use.stored(key, lifetimeMs);
    // What is made for nobody in particular leaves the memory to those who ask.
    if (cause !== 'change' || !this.redis.isReady) await this.memory.set(key, entry, lifetimeMs);
    // ORDER: Redis takes it before the lock's release; nobody waits for it.
    void this.redis.set(key, entry, lifetimeMs);
    return text;
  }
}

function keyOf({ kind, reader, version, tag }: AnswerAddress): string {
  return answerKey(kind, reader.userId, version, tag);
}
