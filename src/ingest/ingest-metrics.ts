import { Injectable } from '@nestjs/common';
import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import type { Counter } from 'prom-client';
import type { Account } from './account';

/** What can become of a sample. */
const outcomes = ['stored', 'updated', 'unchanged', 'rejected'] as const;

/** The counters of {@link IngestMetrics}, for its module. */
export const ingestCounterProviders = [
  makeCounterProvider({ name: 'ingest_samples_received_total', help: 'Samples in the payloads that were taken.' }),
  makeCounterProvider({
    name: 'ingest_samples_accounted_total',
    help: 'What became of the samples that were received; adds up to them.',
    labelNames: ['outcome'],
  }),
];

/** Counts samples: received minus accounted is always 0, or a sample was lost without being counted. */
@Injectable()
export class IngestMetrics {
  constructor(
    @InjectMetric('ingest_samples_received_total') private readonly received: Counter,
    @InjectMetric('ingest_samples_accounted_total') private readonly accounted: Counter<'outcome'>,
  ) {}

  /** Counts a committed payload. */
  count(account: Account): void {
    this.received.inc(account.received);
    for (const outcome of outcomes) this.accounted.inc({ outcome }, account[outcome]);
  }
}
