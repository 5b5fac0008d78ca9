import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { MonitoringService } from './monitoring.service';
import { type ProbeResult, ReadinessRegistry } from './readiness-registry';

/** Null for what is not there by configuration: nothing is wrong, and nothing can be. */
function figureOf(result: ProbeResult): number | null {
  if (!result.up) return 0;
  if (result.degraded !== true) return 1;
  return result.reason === 'not_configured' ? null : 0;
}

/** How long after a scrape the parts are asked: at once, the scrape would count the connection that the asking takes. */
const askAfterMs = 1000;

/** Tells Prometheus how the parts are that `/ready` asks, as they were after the scrape before: nobody waits for them. */
@Injectable()
export class ReadinessFigures implements OnModuleInit, OnApplicationShutdown {
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly monitoring: MonitoringService,
    private readonly readiness: ReadinessRegistry,
  ) {}

  onModuleInit(): void {
    const help = 'Whether this part answered as it should when it was last asked: 1, or 0 for down or degraded.';
    this.monitoring.registerLabelledGauge({ name: 'part_ready', help, label: 'part' }, () => {
      this.askSoon();
      const figures = [...this.readiness.lastKnown()].map(([part, result]) => [part, figureOf(result)] as const);
      return Object.fromEntries(figures.filter((each): each is readonly [string, number] => each[1] !== null));
    });
  }

  onApplicationShutdown(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private askSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      // A part that fails is a result: it never rejects.
      void this.readiness.refresh();
    }, askAfterMs).unref();
  }
}
