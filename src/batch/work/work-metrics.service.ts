import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeCounterProvider, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import type { Counter, Histogram } from 'prom-client';
import type { WorkCensus } from '../../database/work/work-census.repository';
import { MonitoringService } from '../../monitoring/monitoring.service';

/** How an attempt ended. */
export type AttemptOutcome = 'done' | 'postponed' | 'parked' | 'given_back' | 'lost';

/** The metrics of {@link WorkMetrics}, for its module. */
export const workMetricProviders = [
  makeHistogramProvider({
    name: 'ingestion_work_seconds',
    help: 'Time of an attempt to work on an ingestion, by how it ended; their count is that of the attempts.',
    labelNames: ['outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600],
  }),
  makeCounterProvider({
    name: 'ingestions_parked_total',
    help: 'Ingestions that were given up, by why.',
    labelNames: ['code'],
  }),
];

const nothing: WorkCensus = { open: { receiving: 0, waiting: 0, working: 0, delayed: 0 }, oldestS: 0, parked: 0 };

/** Tells how much work there is, as it was last counted, and how attempts ended. */
@Injectable()
export class WorkMetrics implements OnModuleInit {
  private census = nothing;

  constructor(
    private readonly monitoring: MonitoringService,
    @InjectMetric('ingestion_work_seconds') private readonly attempts: Histogram<'outcome'>,
    @InjectMetric('ingestions_parked_total') private readonly parked: Counter<'code'>,
  ) {}

  onModuleInit(): void {
    this.monitoring.registerLabelledGauge(
      { name: 'ingestion_work_open', help: 'Ingestions that are not finished.', label: 'state' },
      () => this.census.open,
    );
    this.monitoring.registerGauge(
      { name: 'ingestion_work_oldest_seconds', help: 'Age of the oldest ingestion that has arrived and is not done.' },
      () => this.census.oldestS,
    );
    this.monitoring.registerGauge(
      { name: 'ingestions_parked', help: 'Ingestions that were given up and not replayed.' },
      () => this.census.parked,
    );
  }

  /** Takes a new count. */
  note(census: WorkCensus): void {
    this.census = census;
  }

  /** Counts an attempt, which took `elapsedMs`. */
  countAttempt(outcome: AttemptOutcome, elapsedMs: number): void {
    this.attempts.observe({ outcome }, elapsedMs / 1000);
  }

  /** Counts an ingestion that was given up. */
  countParked(code: string): void {
    this.parked.inc({ code });
  }
}
