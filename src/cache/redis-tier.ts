import { createHash } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { createClient } from '@redis/client';
import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { type Cache, caching } from 'cache-manager';
import { redisInsStore } from 'cache-manager-redis-yet';
import type { Counter } from 'prom-client';
import { DeadlineError, withDeadline } from '../common/with-deadline';
import { CONNECTIONS, type Connections } from '../config/settings.token';
import { Breaker } from './breaker';

/** A cache that takes longer is slower than what it saves. */
const budgetMs = 50;

/** Most commands that wait for Redis; further ones fail at once. */
const maxWaitingCommands = 1000;

/** Longest time to connect, and longest pause between two attempts. */
const connectTimeoutMs = 2000;

const errorsName = 'cache_errors_total';

/** The counter of what Redis failed to do. */
export const cacheErrorsProvider = makeCounterProvider({
  name: errorsName,
  help: 'What Redis failed to do for the cache and the rate limit: too late, or refused. Each is done without it.',
  labelNames: ['reason'],
});

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
    @Inject(CONNECTIONS) { redisUrl }: Connections,
    @InjectMetric(errorsName) private readonly errors: Counter<'reason'>,
  ) {
    this.client = redisUrl === null ? null : createRedisClient(redisUrl);
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

  /** What is stored under a key; undefined when there is nothing or when it cannot be had in time. */
  async get(key: string): Promise<unknown> {
    return (await this.attempt((cache) => cache.get(key))) ?? undefined;
  }

  /** Stores a value that JSON can express, other than null, for `lifetimeMs`, if that is possible now. */
  async set(key: string, value: unknown, lifetimeMs: number): Promise<void> {
    await this.attempt((cache) => cache.set(key, value, lifetimeMs));
  }

  /** Whether anything that is asked now would be tried. */
  get isReady(): boolean {
    return this.cache !== null && this.client?.isReady === true && !this.breaker.isOpen(performance.now());
  }

  /** Runs a script; undefined when its answer cannot be had in time, and then it may have been run or not. */
  async run(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const { client } = this;
    if (client === null) return undefined;
    const parts = { keys: [...keys], arguments: [...args] };
    return await this.attempt(async () => {
      try {
        return await client.evalSha(script.sha1, parts);
      } catch (error) {
        if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
        return await client.eval(script.text, parts);
      }
    });
  }

  /** Whether Redis answers now; null when there is none by configuration. */
  async isAnswering(): Promise<boolean | null> {
    const { client } = this;
    return client && (await this.attempt(() => client.ping())) === 'PONG';
  }

  /** Ends the connection without waiting for Redis. */
  onApplicationShutdown(): void {
    this.isAway = true;
    void this.client?.disconnect().catch(() => undefined);
  }

  private async attempt<T>(operation: (cache: Cache) => Promise<T>): Promise<T | undefined> {
    if (this.cache === null || !this.isReady) return undefined;
    try {
      const result = await withDeadline(operation(this.cache), budgetMs);
      this.breaker.succeeded();
      return result;
    } catch (error) {
      const isTimeout = error instanceof DeadlineError;
      if (isTimeout) this.breaker.failed(performance.now());
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
