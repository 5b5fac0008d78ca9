import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Measuring } from './measuring';
import { MonitoringService } from './monitoring.service';

/** How often the delay is measured. Node counts this time in, so an idle loop would seem to be late by as much. */
const resolutionMs = 10;

/** How late the event loop takes up what is due: half and one in a hundred, since the metrics were last asked for. */
@Injectable()
export class EventLoopDelay implements OnModuleInit, OnApplicationShutdown {
  private readonly delay = monitorEventLoopDelay({ resolution: resolutionMs });
  private count = 0;
  private sumS = 0;

  constructor(
    private readonly monitoring: MonitoringService,
    private readonly measuring: Measuring,
  ) {}

  onModuleInit(): void {
    if (!this.measuring.isOn) return;
    this.delay.enable();
    const name = 'event_loop_delay_seconds';
    const help = 'How late the event loop takes up what is due; the quantiles are of the time since the last scrape.';
    this.monitoring.registerSummary({ name, help }, () => {
      const quantiles = { 0.5: this.secondsAt(50), 0.99: this.secondsAt(99) };
      this.count += this.delay.count;
      this.sumS += this.delay.count === 0 ? 0 : this.delay.count * this.late(this.delay.mean);
      this.delay.reset();
      return { quantiles, count: this.count, sum: this.sumS };
    });
  }

  onApplicationShutdown(): void {
    this.delay.disable();
  }

  private secondsAt(percentile: number): number {
    return this.late(this.delay.percentile(percentile));
  }

  private late(measuredNs: number): number {
    return Math.max(0, measuredNs / 1e9 - resolutionMs / 1000);
  }
}
