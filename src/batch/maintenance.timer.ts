import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DatabaseService } from '../database/database.service';
import { MaintenanceService } from './maintenance.service';

/** Often enough that a month which begins while the queue is away is served long before a sample of it may arrive. */
const intervalMs = 60 * 60 * 1000;

/** Shortest time between two looks at what is missing, in ms, however many rows find no partition. */
const minGapMs = 1000;

/**
 * The guarantee of the daily upkeep, with Redis or without: every hour, and when a row found no partition, if something
 * is missing, it is done here.
 *
 * The queue normally comes first (a minute after midnight) and leaves nothing to do.
 */
@Injectable()
export class MaintenanceTimer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(MaintenanceTimer.name);
  private timer: NodeJS.Timeout | null = null;
  private isChecking = false;

  private lastLookMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly maintenance: MaintenanceService,
    private readonly database: DatabaseService,
  ) {}

  onApplicationBootstrap(): void {
    this.database.onPartitionMissing(() => {
      if (performance.now() - this.lastLookMs >= minGapMs) void this.check();
    });
    this.timer = setInterval(() => void this.check(), intervalMs).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Does what is missing, if anything. What fails is logged and tried again an hour later. */
  private async check(): Promise<void> {
    if (this.isChecking) return;
    this.isChecking = true;
    this.lastLookMs = performance.now();
    try {
      if (await this.maintenance.lacksPartitions()) await this.maintenance.extendPartitions();
    } catch (error) {
      this.logger.error({ err: error }, 'the partitions of the months ahead could not be made');
    } finally {
      this.isChecking = false;
    }
  }
}
