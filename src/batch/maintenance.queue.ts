import { InjectQueue } from '@nestjs/bullmq';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { ignoreLateErrors } from './ignore-late-errors';
import { QueueConnection } from './queue.connection';

/** Name of the queue of what is done every day. */
export const maintenanceQueue = 'maintenance';

/** Name of the job, and of its schedule, that makes the partitions of the months ahead. */
export const extendPartitionsJob = 'extend-partitions';

/** What its jobs carry: nothing but the version of this shape, so that two versions of the service can overlap. */
export interface MaintenanceJobData {
  readonly v: 1;
}

/** A minute after midnight UTC, when a month may have begun. */
const dailyPattern = '1 0 * * *';

/** A lock that is not had is had a little later; what still fails then is left to the timer. */
const jobOptions = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 10_000, jitter: 0.5 },
  removeOnComplete: { count: 10 },
  removeOnFail: { count: 30 },
} as const;

/** Keeps the daily jobs in Redis, by one schedule for all processes. */
@Injectable()
export class MaintenanceQueue implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(MaintenanceQueue.name);

  constructor(
    @InjectQueue(maintenanceQueue) private readonly queue: Queue<MaintenanceJobData>,
    private readonly connection: QueueConnection,
  ) {}

  onModuleInit(): void {
    // The connection logs what is wrong with Redis; without a listener BullMQ would print it once more.
    this.queue.on('error', () => undefined);
    const { redis } = this.connection;
    // Each time, because a Redis that keeps nothing comes back without the schedule.
    redis.on('ready', () => void this.schedule());
    if (redis.status === 'ready') void this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.queue.close();
    ignoreLateErrors(this.queue);
  }

  /** Sets the schedule; nobody waits for it, and without Redis it is done when Redis is there. */
  private async schedule(): Promise<void> {
    try {
      const repeat = { pattern: dailyPattern, tz: 'UTC' };
      const job = { name: extendPartitionsJob, data: { v: 1 }, opts: jobOptions } as const;
      await this.queue.upsertJobScheduler(extendPartitionsJob, repeat, job);
    } catch (error) {
      this.logger.warn({ err: error }, 'the daily jobs could not be scheduled; the timer does them');
    }
  }
}
