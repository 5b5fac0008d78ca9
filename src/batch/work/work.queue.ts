import { InjectQueue } from '@nestjs/bullmq';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import type { Queue } from 'bullmq';
import { withDeadline } from '../../common/with-deadline';
import type { DueWork } from '../../database/work/work.repository';
import { ignoreLateErrors } from '../ignore-late-errors';
import { QueueConnection } from '../queue.connection';

/** Name of the queue of open work. */
export const workQueue = 'ingestion-work';

/** Name of its jobs. */
const workJob = 'work';

/** What a job carries: where the work is, and nothing of what it is. `v` lets two versions of the service overlap. */
export interface WorkJobData {
  readonly v: 1;
  readonly userId: string;
  readonly ingestionId: string;
}

/** Longest time that anybody waits for Redis: a frozen one would be waited for for ever. */
const addTimeoutMs = 50;

/** Attempts are counted in PostgreSQL, and a job that is over has nothing left to tell: Redis does not grow. */
const jobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const;

/** Jobs without a priority go before all that have one. */
const patientPriority = 1;

/** Tells whoever listens in Redis that there is work. It is a hint: PostgreSQL knows the work, and is asked for it. */
@Injectable()
export class WorkQueue implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('Work');

  constructor(
    @Optional() @InjectQueue(workQueue) private readonly queue: Queue<WorkJobData> | undefined,
    @Optional() @Inject(QueueConnection) private readonly connection: QueueConnection | undefined,
  ) {}

  onModuleInit(): void {
    // The connection logs what is wrong with Redis; without a listener BullMQ would print it once more.
    this.queue?.on('error', () => undefined);
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.queue === undefined) return;
    await this.queue.close();
    ignoreLateErrors(this.queue);
  }

  /**
   * Adds a job for each of these, unless there is one already: a job's id is the ingestion's and the number of its claim.
   * False when Redis did not say within 50 ms that it has them; it may have them all the same. Never rejects.
   */
  async add(work: readonly Omit<DueWork, 'overdueMs' | 'receivedAtMs'>[]): Promise<boolean> {
    if (this.queue === undefined || this.connection?.redis.status !== 'ready') return false;
    const jobs = work.map(({ userId, id, claims, isPatient }) => ({
      name: workJob,
      data: { v: 1, userId, ingestionId: id } as const,
      opts: { ...jobOptions, jobId: `${id}-${claims}`, ...(isPatient ? { priority: patientPriority } : {}) },
    }));
    try {
      await withDeadline(this.queue.addBulk(jobs), addTimeoutMs);
      return true;
    } catch (error) {
      this.logger.debug({ err: error }, 'jobs could not be added; the work is done without');
      return false;
    }
  }
}
