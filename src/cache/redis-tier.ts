import { createHash } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { createClient } from '@redis/client';
import { InjectMetric, makeCounterProvider, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import { type Cache, caching } from 'cache-manager';
import { redisInsStore } from 'cache-manager-redis-yet';
import type { Counter, Histogram } from 'prom-client';
import { DeadlineError, withDeadline } from '../common/with-deadline';
import type { Settings } from '../config/settings';
import { CONNECTIONS, type Connections, SETTINGS } from '../config/settings.token';
import { Breaker } from './breaker';

/** A cache that takes longer is slower than what it saves; longest time that one request waits for Redis, in ms. */
export const redisBudgetMs = 50;

/** Most commands that wait for Redis; further ones fail at once. */
const maxWaitingCommands = 1000;

/** Longest time to connect, and longest pause between two attempts. */
const connectTimeoutMs = 2000;

const errorsName = 'cache_errors_total';
const operationName = 'cache_operation_seconds';

/** What is counted of Redis. */
export const redisTierMetrics = [
  makeCounterProvider({
    name: errorsName,
    help: 'What Redis failed to do for the cache and the rate limit: too late, or refused. Each is done without it.',
    labelNames: ['reason'],
  }),
  makeHistogramProvider({
    name: operationName,
    help: 'Time from asking Redis to its answer, waits for this process included.',
    labelNames: ['operation'],
    // 1 and 5 ms are there because promises are made about them.
    buckets: [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05],
  }),
];

/** What Redis is asked to do. */
type Operation = 'get' | 'set' | 'versions' | 'script' | 'ping';

/** How long to wait before attempt `retries` + 1: 0.1 s, doubled up to 2 s, and up to a quarter more at random. */
function reconnectDelayMs(retries: number): number {
  return Math.min(100 * 2 ** Math.min(retries, 10), connectTimeoutMs) * (1 + Math.random() / 4);
}

function createRedisClient(url: string) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: maxWaitingCommands,
    socket: { connectTimeout: connectTimeoutMs, reconnectStrategy: reconnectDelayMs },
  });
  // A cache keeps no process alive, not even through a connection that is made while the process stops.
  client.unref();
  return client;
}

/** A Lua script that Redis runs as one step; it is sent by its hash, and whole where Redis does not know it yet. */
export class RedisScript {
  readonly sha1: string;

  constructor(readonly text: string) {
    this.sha1 = createHash('sha1').update(text).digest('hex');
  }
}

/**
 * The part of the cache that all processes share. It is an accelerator: nothing here ever rejects or takes longer than
 * 50 ms. Redis absent, gone, frozen or full of garbage are all misses, and it is used again when it is back.
 */
@Injectable()
export class RedisTier implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(RedisTier.name);
  private readonly client: ReturnType<typeof createRedisClient> | null;
  private readonly breaker = new Breaker();
  private cache: Cache | null = null;
  private isAway = false;

  constructor(
    @Inject(SETTINGS) { cacheRedisUrl }: Settings,
    @Inject(CONNECTIONS) { redisUrl }: Connections,
    @InjectMetric(errorsName) private readonly errors: Counter<'reason'>,
    @InjectMetric(operationName) private readonly times: Histogram<'operation'>,
  ) {
    const url = cacheRedisUrl ?? redisUrl;
    this.client = url === null ? null : createRedisClient(url);
  }

  /** Begins to connect and does not wait for it. */
  async onModuleInit(): Promise<void> {
    const { client } = this;
    if (client === null) return;
    // Without a listener node-redis ends the process when the connection is lost.
    client.on('error', (error: NodeJS.ErrnoException) => this.noteAway(error));
    client.on('ready', () => this.noteBack());
    // The store's types come from the node-redis that it brings itself; it calls get, set and del, which are the same.
    this.cache = await caching(redisInsStore(client as unknown as Parameters<typeof redisInsStore>[0]));
    // It settles only when Redis is there, maybe never.
    void client.connect().catch(() => undefined);
  }

  /** What is stored under a key; undefined when there is nothing or when it cannot be had within `budgetMs`. */
  async get(key: string, budgetMs = redisBudgetMs): Promise<unknown> {
    return (await this.attempt('get', (cache) => cache.get(key), budgetMs)) ?? undefined;
  }

  /** Stores a value that JSON can express, other than null, for `lifetimeMs`, if that is possible now. */
  async set(key: string, value: unknown, lifetimeMs: number): Promise<void> {
    await this.attempt('set', (cache) => cache.set(key, value, lifetimeMs));
  }

  /** The texts under these keys, in their order, null where there is none; undefined when they cannot be had in time. */
  async getTexts(keys: readonly string[]): Promise<readonly (string | null)[] | undefined> {
    const { client } = this;
    return client === null ? undefined : await this.attempt('versions', () => client.mGet([...keys]));
  }

  /** Whether there is a Redis by configuration. */
  get isConfigured(): boolean {
    return this.client !== null;
  }

  /** Whether anything that is asked now would be tried. */
  get isReady(): boolean {
    return this.cache !== null && this.client?.isReady === true && !this.breaker.isOpen(performance.now());
  }

  /** Runs a script; undefined when its answer cannot be had in time, and then it may have been run or not. */
  async run(
    script: RedisScript,
    keys: readonly string[],
    args: readonly string[],
    budgetMs = redisBudgetMs,
  ): Promise<unknown> {
    const { client } = this;
    if (client === null) return undefined;
    const parts = { keys: [...keys], arguments: [...args] };
    const evaluate = async () => {
      try {
        return await client.evalSha(script.sha1, parts);
      } catch (error) {
        if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
        return await client.eval(script.text, parts);
      }
    };
    return await this.attempt('script', evaluate, budgetMs);
  }

  /** Whether Redis answers now; null when there is none by configuration. */
  async isAnswering(): Promise<boolean | null> {
    const { client } = this;
    return client && (await this.attempt('ping', () => client.ping())) === 'PONG';
  }

  /** Ends the connection without waiting for Redis. */
  onApplicationShutdown(): void {
    this.isAway = true;
    void this.client?.disconnect().catch(() => undefined);
  }

  private async attempt<T>(
    operation: Operation,
    ask: (cache: Cache) => Promise<T>,
    budgetMs = redisBudgetMs,
  ): Promise<T | undefined> {
    if (this.cache === null || budgetMs <= 0 || !this.isReady) return undefined;
    const startedAtMs = performance.now();
    try {
      const result = await withDeadline(ask(this.cache), budgetMs);
      this.breaker.succeeded();
      this.times.observe({ operation }, (performance.now() - startedAtMs) / 1000);
      return result;
    } catch (error) {
      const isTimeout = error instanceof DeadlineError;
      if (isTimeout) this.breaker.failed(startedAtMs, performance.now());
      this.errors.inc({ reason: isTimeout ? 'timeout' : 'refused' });
      return undefined;
    }
  }

  private noteAway(error: NodeJS.ErrnoException): void {
    // The message holds the address; and it comes with every attempt.
    if (!this.isAway) this.logger.warn(`Redis is away (${error.code ?? error.name}): the cache is memory only`);
    this.isAway = true;
  }

  private noteBack(): void {
    if (this.isAway) this.logger.log('Redis is back');
    this.isAway = false;
  }
}
