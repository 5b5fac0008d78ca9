import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { MaintenanceService } from './maintenance.service';

/** Often enough that a month which begins while the queue is away is served long before a sample of it may arrive. */
const intervalMs = 60 * 60 * 1000;

/**
 * The guarantee of the daily upkeep, with Redis or without: every hour, if something is missing, it is done here.
 *
 * The queue normally comes first (a minute after midnight) and leaves nothing to do.
 */
@Injectable()
export class MaintenanceTimer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(MaintenanceTimer.name);
  private timer: NodeJS.Timeout | null = null;
  private isChecking = false;

  constructor(private readonly maintenance: MaintenanceService) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.check(), intervalMs).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Does what is missing, if anything. What fails is logged and tried again an hour later. */
  private async check(): Promise<void> {
    if (this.isChecking) return;
    this.isChecking = true;
    try {
      if (await this.maintenance.lacksPartitions()) await this.maintenance.extendPartitions();
    } catch (error) {
      this.logger.error({ err: error }, 'the partitions of the months ahead could not be made');
    } finally {
      this.isChecking = false;
    }
  }
}
