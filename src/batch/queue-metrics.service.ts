import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { InjectMetric, makeCounterProvider, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import type { Job, Queue } from 'bullmq';
import type { Counter, Histogram } from 'prom-client';
import { withDeadline } from '../common/with-deadline';
import { MonitoringService } from '../monitoring/monitoring.service';
import { maintenanceQueue } from './maintenance.queue';
import { QueueConnection } from './queue.connection';
import { workQueue } from './work/work.queue';

const jobName = 'queue_job_seconds';
const retryName = 'queue_retries_total';

/** What a job waits for, by BullMQ's names; jobs that came to a good end tell nothing. */
const states = ['waiting', 'prioritized', 'delayed', 'active', 'failed'] as const;

/** The metrics of {@link QueueMetrics}, for its module. */
export const queueMetricProviders = [
  makeHistogramProvider({
    name: jobName,
    help: 'Time from taking a job out of Redis to its end; work that was found without Redis is not among them.',
    labelNames: ['queue'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600],
  }),
  makeCounterProvider({
    name: retryName,
    help: 'Attempts at something that an attempt had failed at.',
    labelNames: ['queue'],
  }),
];

/** A name of one of our queues. */
export type QueueName = typeof maintenanceQueue | typeof workQueue;

/** Longest time that the metrics wait for Redis, in ms: a frozen one would be waited for for ever. */
const askTimeoutMs = 100;

interface QueueState {
  readonly counts: Readonly<Record<string, number>>;
  readonly oldestS: number;
}

function ageS(job: Job | undefined): number {
  return job === undefined ? 0 : Math.max(0, Date.now() - job.timestamp) / 1000;
}

async function readState(queue: Queue): Promise<QueueState> {
  const [counts, [waiting], [prioritised]] = await Promise.all([
    queue.getJobCounts(...states),
    queue.getJobs(['waiting'], 0, 0, true),
    queue.getJobs(['prioritized'], 0, 0, true),
  ]);
  return { counts, oldestS: Math.max(ageS(waiting), ageS(prioritised)) };
}

/** Tells what waits in Redis, and how long jobs take. */
@Injectable()
export class QueueMetrics implements OnModuleInit {
  private readonly queues: ReadonlyMap<QueueName, Queue | undefined>;
  private asking: Promise<ReadonlyMap<QueueName, QueueState>> | null = null;

  constructor(
    private readonly monitoring: MonitoringService,
    @InjectMetric(jobName) private readonly times: Histogram<'queue'>,
    @InjectMetric(retryName) private readonly retries: Counter<'queue'>,
    @Optional() @InjectQueue(maintenanceQueue) maintenance: Queue | undefined,
    @Optional() @InjectQueue(workQueue) work: Queue | undefined,
    @Optional() @Inject(QueueConnection) private readonly connection: QueueConnection | undefined,
  ) {
    this.queues = new Map([
      [maintenanceQueue, maintenance],
      [workQueue, work],
    ]);
  }

  onModuleInit(): void {
    if (this.connection === undefined) return;
    const absence = 'absent while Redis does not answer.';
    this.monitoring.registerSeries(
      { name: 'queue_jobs', help: `Jobs in Redis by what they wait for; ${absence}`, labels: ['queue', 'state'] },
      async () =>
        [...(await this.ask())].flatMap(([queue, { counts }]) =>
          states.map((state) => ({ labels: { queue, state: state }, value: counts[state] ?? 0 })),
        ),
    );
    this.monitoring.registerSeries(
      {
        name: 'queue_oldest_seconds',
        help: `Age of the oldest job that could be taken and is not, 0 without any; ${absence}`,
        labels: ['queue'],
      },
      async () => [...(await this.ask())].map(([queue, { oldestS }]) => ({ labels: { queue }, value: oldestS })),
    );
  }

  /** Times a job; settles as `work` does. */
  async time<T>(queue: QueueName, work: () => Promise<T>): Promise<T> {
    const startedAtMs = performance.now();
    try {
      return await work();
    } finally {
      this.times.observe({ queue }, (performance.now() - startedAtMs) / 1000);
    }
  }

  /** Counts an attempt; the first one at something is none that counts. */
  countAttempt(queue: QueueName, attempt: number): void {
    if (attempt > 1) this.retries.inc({ queue });
  }

  /** Errors: rejects when Redis is not there or does not answer in time. */
  private ask(): Promise<ReadonlyMap<QueueName, QueueState>> {
    if (this.connection?.redis.status !== 'ready') return Promise.reject(new Error('Redis is away'));
    // Two gauges share one question, and a Redis that does not answer is not asked again.
    this.asking ??= this.readAll().finally(() => {
      this.asking = null;
    });
    return withDeadline(this.asking, askTimeoutMs);
  }

  private async readAll(): Promise<ReadonlyMap<QueueName, QueueState>> {
    const named = [...this.queues].flatMap(([name, queue]) => (queue === undefined ? [] : [{ name, queue }]));
    return new Map(await Promise.all(named.map(async ({ name, queue }) => [name, await readState(queue)] as const)));
  }
}
