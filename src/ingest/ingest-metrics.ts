import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeCounterProvider, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import type { Counter, Histogram } from 'prom-client';
import type { RejectReason } from '../catalogue/reject-reason';
import { MonitoringService } from '../monitoring/monitoring.service';
import type { SampleCounts } from './account';

/** What can become of a sample. */
const outcomes = ['stored', 'updated', 'unchanged', 'rejected'] as const;

const receivedName = 'ingest_samples_received_total';
const accountedName = 'ingest_samples_accounted_total';
const rejectedName = 'ingest_samples_rejected_total';
const freshnessName = 'ingest_freshness_seconds';
const batchName = 'ingest_batch_10k_seconds';

/** Samples that a promise is made about, and from how many on their time says something of it. */
const batchSamples = 10_000;
const minBatchSamples = 1000;

/** The metrics of {@link IngestMetrics}, for its module. */
export const ingestMetricProviders = [
  makeCounterProvider({ name: receivedName, help: 'Samples in the payloads that were taken.' }),
  makeCounterProvider({
    name: accountedName,
    help: 'What became of the samples that were received; adds up to them.',
    labelNames: ['outcome'],
  }),
  makeCounterProvider({
    name: rejectedName,
    help: 'Samples that were kept out, by why.',
    labelNames: ['reason'],
  }),
  makeHistogramProvider({
    name: freshnessName,
    help: 'Time from the arrival of a payload to the moment when all of its samples can be read.',
    // 0.2 s is promised to whom gets a reply with the account; what is written after its reply takes longer.
    buckets: [0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
  }),
  makeHistogramProvider({
    name: batchName,
    help: 'Time to parse, write and commit 10,000 samples; reckoned from payloads of at least 1,000.',
    buckets: [0.025, 0.05, 0.06, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10],
  }),
];

/** A payload whose samples are committed and can be read by everybody. */
export interface ReadablePayload {
  readonly counts: SampleCounts;
  readonly rejectedBy: ReadonlyMap<RejectReason, number>;
  /** When its headers arrived, in ms since 1970. */
  readonly receivedAtMs: number;
  /** Time that it took to parse, write and commit it. */
  readonly workedMs: number;
}

/** Counts samples: received minus accounted is always 0, or a sample was lost without being counted. */
@Injectable()
export class IngestMetrics implements OnModuleInit {
  private unaccounted = 0;

  constructor(
    private readonly monitoring: MonitoringService,
    @InjectMetric(receivedName) private readonly received: Counter,
    @InjectMetric(accountedName) private readonly accounted: Counter<'outcome'>,
    @InjectMetric(rejectedName) private readonly rejected: Counter<'reason'>,
    @InjectMetric(freshnessName) private readonly freshness: Histogram,
    @InjectMetric(batchName) private readonly batches: Histogram,
  ) {}

  onModuleInit(): void {
    this.monitoring.registerGauge(
      {
        name: 'ingest_samples_unaccounted',
        help: 'Samples that were received minus those that it is known what became of: anything but 0 is a loss.',
      },
      () => this.unaccounted,
    );
  }

  /** Counts a payload, at the moment when its samples can be read. */
  count({ counts, rejectedBy, receivedAtMs, workedMs }: ReadablePayload): void {
    const { received } = counts;
    this.received.inc(received);
    this.unaccounted += received;
    for (const outcome of outcomes) {
      this.unaccounted -= counts[outcome];
      this.accounted.inc({ outcome }, counts[outcome]);
    }
    for (const [reason, samples] of rejectedBy) this.rejected.inc({ reason }, samples);
    // The clock may have been set back since.
    this.freshness.observe(Math.max(0, Date.now() - receivedAtMs) / 1000);
    if (received >= minBatchSamples) this.batches.observe((workedMs / 1000 / received) * batchSamples);
  }
}
