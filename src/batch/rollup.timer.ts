import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { isUnavailable } from '../database/sqlstate';
import { daysAtOnce, RollupService } from './rollup.service';

/** How often marked days are looked for. What is marked is answered from samples, so nobody waits for it. */
const intervalMs = 5000;

/** After each step the work rests this many times as long: at most a quarter of one connection, whatever comes in. */
const restFactor = 3;

/**
 * Computes the roll-ups of marked days, a step for each user in turn, so that one user's import keeps nobody waiting. It
 * needs no Redis; several processes may do it at once, for each step holds its user's advisory lock.
 */
@Injectable()
export class RollupTimer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(RollupTimer.name);
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;

  constructor(private readonly rollups: RollupService) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running ??= this.run().finally(() => {
        this.running = null;
      });
    }, intervalMs).unref();
  }

  /** ORDER: before the pool ends; waits for the step under way. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    if (this.timer !== null) clearInterval(this.timer);
    await this.running;
  }

  /** A step for everybody, again until no step left something over. What fails stays marked for the next interval. */
  private async run(): Promise<void> {
    try {
      while (await this.passOver());
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      // A database that is away says so elsewhere.
      if (!isUnavailable(error)) this.logger.error({ err: error }, 'roll-ups could not be computed');
    }
  }

  /** One step for each user with marked days; whether somebody has more than that. */
  private async passOver(): Promise<boolean> {
    let isMore = false;
    let userIds = await this.rollups.findMarkedUsers();
    while (userIds.length > 0) {
      for (const userId of userIds) {
        const startMs = performance.now();
        isMore = (await this.rollups.recompute(userId)) >= daysAtOnce || isMore;
        await delay((performance.now() - startMs) * restFactor, undefined, { signal: this.stopping.signal });
      }
      userIds = await this.rollups.findMarkedUsers(userIds.at(-1));
    }
    return isMore;
  }
}
