import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Settings } from '../../config/settings';
import { SETTINGS } from '../../config/settings.token';
import { isUnavailable } from '../../database/sqlstate';
import { type DueWork, WorkRepository } from '../../database/work/work.repository';
import { WorkCensusRepository } from '../../database/work/work-census.repository';
import { WorkQueue } from './work.queue';
import { WorkMetrics } from './work-metrics.service';
import { WorkRunner } from './work-runner.service';

/** Most open work that one look finds; the next look finds the rest. */
const maxFound = 100;

/** Work that has been due for this long while there is a slot here: whoever took its job out of Redis does not do it. */
const overdueMs = 10_000;

/** Pause between two counts of all open work. */
const censusIntervalMs = 10_000;

/**
 * The guarantee that open work is done, whether or not Redis ever knew of it: looks into PostgreSQL again and again for
 * what is due. With Redis it adds the jobs, which is harmless where they are there already; without it, or for what is
 * overdue, it has the work done here. Any number of processes may do so at once.
 */
@Injectable()
export class WorkSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Work');
  private timer: NodeJS.Timeout | null = null;
  private sweeping: Promise<void> | null = null;
  private isWanted = false;
  private isStopped = false;
  private countedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly work: WorkRepository,
    private readonly census: WorkCensusRepository,
    private readonly queue: WorkQueue,
    private readonly runner: WorkRunner,
    private readonly metrics: WorkMetrics,
  ) {}

  onApplicationBootstrap(): void {
    this.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.sweeping;
    await this.runner.stop();
  }

  /** Looks now, or again when the look under way is over. */
  wake(): void {
    this.isWanted = true;
    this.sweeping ??= this.sweepWhileWanted();
  }

  private async sweepWhileWanted(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    while (this.isWanted && !this.isStopped) {
      this.isWanted = false;
      try {
        await this.sweep();
      } catch (error) {
        if (isUnavailable(error)) this.logger.warn('open work cannot be looked for: the database is not there');
        else this.logger.error({ err: error }, 'open work could not be looked for');
      }
    }
    this.sweeping = null;
    if (!this.isStopped) this.timer = setTimeout(() => this.wake(), this.settings.sweepIntervalMs).unref();
  }

  private async sweep(): Promise<void> {
    while (!this.isStopped && (await this.work.removeStale())) {
      this.logger.warn('a body that stopped to arrive was removed');
    }
    const due = await this.work.findDue(maxFound);
    const isTold = due.length > 0 && (await this.queue.add(due));
    this.runHere(isTold ? due.filter((each) => each.overdueMs > overdueMs) : due);
    if (performance.now() - this.countedAtMs < censusIntervalMs) return;
    this.countedAtMs = performance.now();
    this.metrics.note(await this.census.count());
  }

  private runHere(due: readonly DueWork[]): void {
    for (const each of due.slice(0, this.runner.freeSlots)) {
      // What waits for its slot is not waited for; the next one is looked for as soon as it is free.
      void this.runner.run(each).then(() => this.wake());
    }
  }
}
