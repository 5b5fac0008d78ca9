import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { type BeforeApplicationShutdown, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Job } from 'bullmq';
import { uuidV7TimeMs } from '../../common/uuid';
import { ignoreLateErrors } from '../ignore-late-errors';
import { QueueMetrics } from '../queue-metrics.service';
import { skipVersionCheck } from '../queue-options';
import { type WorkJobData, workQueue } from './work.queue';
import { WorkRunner } from './work-runner.service';

/**
 * Takes jobs out of Redis and has their work done.
 *
 * A job may come twice, late, or for work that is done: the claim in PostgreSQL tells. One of another version fails and
 * is forgotten; its work is found by whoever knows it.
 */
@Processor(workQueue, { skipVersionCheck, autorun: false })
export class WorkProcessor extends WorkerHost implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(WorkProcessor.name);

  constructor(
    private readonly runner: WorkRunner,
    private readonly metrics: QueueMetrics,
  ) {
    super();
  }

  /** ORDER: begun when all handlers are registered. */
  onApplicationBootstrap(): void {
    this.worker.concurrency = this.runner.slots;
    this.worker.run().catch((error: Error) => this.logger.warn({ err: error }, 'jobs are not taken any more'));
  }

  process({ data: { v, userId, ingestionId } }: Job<WorkJobData>): Promise<void> {
    return this.metrics.time(workQueue, async () => {
      const receivedAtMs = uuidV7TimeMs(ingestionId);
      if (v !== 1 || receivedAtMs === null) throw new Error('this version does not know this job');
      await this.runner.run({ userId, id: ingestionId, receivedAtMs });
    });
  }

  /** ORDER: the work under way is given back first, so that its jobs can be closed; then by force, as Redis may be gone. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.runner.stop();
    await this.worker.close(true);
    ignoreLateErrors(this.worker);
  }

  // The connection logs what is wrong with Redis; without a listener BullMQ would print it once more.
  @OnWorkerEvent('error')
  protected noteNothing(): void {}
}
