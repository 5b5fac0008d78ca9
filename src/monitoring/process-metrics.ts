import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { collectDefaultMetrics, register } from 'prom-client';
import { LastMinute, type Span } from './last-minute';
import { Measuring } from './measuring';
import { metricPrefix } from './metric-names';
import { MonitoringService } from './monitoring.service';
import { ResponseTimes } from './response-times';

/** Gauges of prom-client that are called like counters; the same figures are there by type, under names without `_total`. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** What the process had used up at one moment. */
interface Usage {
  readonly requests: number;
  readonly cpuS: number;
  readonly heapBytes: number;
}

/** What the last minute's requests took of the process, and how busy its event loop was. */
@Injectable()
export class ProcessMetrics implements OnModuleInit {
  constructor(
    private readonly monitoring: MonitoringService,
    private readonly measuring: Measuring,
    private readonly minute: LastMinute,
    private readonly responseTimes: ResponseTimes,
  ) {}

  onModuleInit(): void {
    if (this.measuring.isOn) collectOfNode();
    const loop = this.minute.follow(() => performance.eventLoopUtilization());
    this.monitoring.registerGauge(
      { name: 'event_loop_utilization_ratio', help: 'Share of the last minute in which the event loop was busy.' },
      () => utilizationOf(loop()),
    );
    const usage = this.minute.follow(() => this.readUsage());
    this.monitoring.registerGauge(
      {
        name: 'request_cpu_seconds',
        help:
          'Processor time of the whole process in the last minute, divided by its requests other than probes. Work after ' +
          'the reply and upkeep count in, so it is more than what a request takes; absent without requests.',
      },
      () => perRequest(usage(), ({ cpuS }) => cpuS),
    );
    this.monitoring.registerGauge(
      {
        name: 'request_memory_bytes',
        help:
          'Growth of the heap in the last minute, divided by the requests other than probes. It is what stays and what ' +
          'is not collected yet; 0 where more was collected. What one request takes for a moment, no process can tell.',
      },
      () => perRequest(usage(), ({ heapBytes }) => heapBytes),
    );
  }

  private readUsage(): Usage {
    const { user, system } = process.cpuUsage();
    const { heapUsed, external } = process.memoryUsage();
    return { requests: this.responseTimes.servedRequests, cpuS: (user + system) / 1e6, heapBytes: heapUsed + external };
  }
}

/** prom-client's own metrics of Node, once a process: of two applications in it, as in tests, both tell of the same. */
function collectOfNode(): void {
  if (register.getSingleMetric(`${metricPrefix}_process_cpu_seconds_total`) !== undefined) return;
  collectDefaultMetrics({ prefix: `${metricPrefix}_` });
  for (const name of misnamed) register.removeSingleMetric(`${metricPrefix}_${name}`);
}

function utilizationOf({ before, now }: Span<EventLoopUtilization>): number {
  const { utilization } = performance.eventLoopUtilization(now, before);
  return Number.isFinite(utilization) ? utilization : 0;
}

function perRequest({ before, now }: Span<Usage>, figureOf: (usage: Usage) => number): number | null {
  const requests = now.requests - before.requests;
  return requests === 0 ? null : Math.max(0, figureOf(now) - figureOf(before)) / requests;
}
