import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { CONNECTIONS, type Connections } from '../config/settings.token';

/** Longest pause between two attempts to connect. */
const maxRetryDelayMs = 2000;

/** The queues' connection to Redis. It may be absent, go and come back: whoever uses it waits or goes without. */
@Injectable()
export class QueueConnection implements OnApplicationShutdown {
  private readonly logger = new Logger('Queue');
  readonly redis: Redis;
  private isAway = false;

  constructor(@Inject(CONNECTIONS) { redisUrl }: Connections) {
    if (redisUrl === null) throw new Error('a queue needs Redis');
    this.redis = new Redis(redisUrl, {
      // BullMQ's workers refuse any other: what they wait for may come after an outage of any length.
      maxRetriesPerRequest: null,
      retryStrategy: (attempt) => Math.min(100 * 2 ** Math.min(attempt, 10), maxRetryDelayMs),
    });
    this.redis.on('error', (error) => this.noteAway(error));
    this.redis.on('ready', () => this.noteBack());
  }

  /** Ends it without waiting for Redis. ORDER: after the workers, which are closed before the application shuts down. */
  onApplicationShutdown(): void {
    this.isAway = true;
    this.redis.disconnect();
  }

  private noteAway(error: NodeJS.ErrnoException): void {
    // The message holds the address; and it comes with every attempt.
    if (!this.isAway) this.logger.warn(`Redis is away (${error.code ?? error.name}): timers do what the queue would`);
    this.isAway = true;
  }

  private noteBack(): void {
    if (this.isAway) this.logger.log('Redis is back');
    this.isAway = false;
  }
}
