import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import type { Histogram } from 'prom-client';
import { FiguresRegistry } from '../monitoring/figures-registry';
import { LastMinute } from '../monitoring/last-minute';
import { Measuring } from '../monitoring/measuring';
import { MonitoringService } from '../monitoring/monitoring.service';
import { DatabaseService } from './database.service';

const waitName = 'database_pool_wait_seconds';
const useName = 'database_pool_use_seconds';

/** The histograms of {@link PoolMetricsService}, for its module. */
export const poolMetricProviders = [
  makeHistogramProvider({
    name: waitName,
    help: 'Time from asking for a connection to PostgreSQL for a transaction to having it.',
    // 1 ms is there because who waits longer found none free.
    buckets: [0.0001, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10],
  }),
  makeHistogramProvider({
    name: useName,
    help: 'Time that a transaction held its connection to PostgreSQL.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10, 60],
  }),
];

/** Tells how busy the pool is. */
@Injectable()
export class PoolMetricsService implements OnModuleInit {
  constructor(
    private readonly database: DatabaseService,
    private readonly monitoring: MonitoringService,
    private readonly figures: FiguresRegistry,
    private readonly minute: LastMinute,
    private readonly measuring: Measuring,
    @InjectMetric(waitName) private readonly waits: Histogram,
    @InjectMetric(useName) private readonly uses: Histogram,
  ) {}

  onModuleInit(): void {
    this.figures.register('pool', () => this.database.readUse());
    if (this.measuring.isOn) {
      this.database.onBorrow((waitMs, useMs) => {
        this.waits.observe(waitMs / 1000);
        this.uses.observe(useMs / 1000);
      });
    }
    const use = this.minute.follow(() => this.database.readUse());
    this.monitoring.registerGauge(
      {
        name: 'database_pool_efficiency_ratio',
        help: 'Share of the transactions of the last minute that had a connection within 1 ms; 1 without any.',
      },
      () => {
        const { before, now } = use();
        const borrows = now.borrows - before.borrows;
        return borrows === 0 ? 1 : 1 - (now.waitedBorrows - before.waitedBorrows) / borrows;
      },
    );
    const pool = this.database.pool();
    this.monitoring.registerLabelledGauge(
      { name: 'database_pool_connections', help: 'Open connections to PostgreSQL.', label: 'state' },
      () => ({ used: pool.totalCount - pool.idleCount, idle: pool.idleCount }),
    );
    this.monitoring.registerGauge(
      { name: 'database_pool_waiting', help: 'Requests that wait for a connection to PostgreSQL.' },
      () => pool.waitingCount,
    );
    this.monitoring.registerGauge(
      { name: 'database_pool_max_connections', help: 'Most connections to PostgreSQL that the pool may open.' },
      () => pool.options.max,
    );
  }
}
