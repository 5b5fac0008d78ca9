import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { type BeforeApplicationShutdown, Logger } from '@nestjs/common';
import type { Job } from 'bullmq';
import { ignoreLateErrors } from './ignore-late-errors';
import { extendPartitionsJob, type MaintenanceJobData, maintenanceQueue } from './maintenance.queue';
import { MaintenanceService } from './maintenance.service';
import { QueueMetrics } from './queue-metrics.service';
import { skipVersionCheck } from './queue-options';

/**
 * Does the daily jobs.
 *
 * Delivery is at least once: a job whose process or Redis ended in its middle is given to somebody again. That is
 * accepted because doing it twice changes nothing. A job of an unknown name or shape comes from another version of the
 * service; it fails, is tried again and so finds a process that knows it, or else is seen among the failed.
 */
@Processor(maintenanceQueue, { skipVersionCheck })
export class MaintenanceProcessor extends WorkerHost implements BeforeApplicationShutdown {
  private readonly logger = new Logger(MaintenanceProcessor.name);

  constructor(
    private readonly maintenance: MaintenanceService,
    private readonly metrics: QueueMetrics,
  ) {
    super();
  }

  process(job: Job<MaintenanceJobData>): Promise<void> {
    this.metrics.countAttempt(maintenanceQueue, job.attemptsMade + 1);
    return this.metrics.time(maintenanceQueue, async () => {
      if (job.name !== extendPartitionsJob || job.data.v !== 1) throw new Error('this version does not know this job');
      await this.maintenance.extendPartitions();
    });
  }

  /**
   * ORDER: before the other modules shut down, and by force. BullMQ's own way waits for ever for a Redis that is gone,
   * and everything else would wait with it; what is cut off here is given to somebody again.
   */
  async beforeApplicationShutdown(): Promise<void> {
    await this.worker.close(true);
    ignoreLateErrors(this.worker);
  }

  @OnWorkerEvent('failed')
  protected noteFailure(job: Job<MaintenanceJobData> | undefined, error: Error): void {
    this.logger.warn({ err: error }, `job ${job?.name} failed, attempt ${job?.attemptsMade}`);
  }

  // The connection logs what is wrong with Redis; without a listener BullMQ would print it once more.
  @OnWorkerEvent('error')
  protected noteNothing(): void {}
}
