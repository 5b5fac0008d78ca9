import { Injectable, type OnModuleInit } from '@nestjs/common';
import { FiguresRegistry } from '../monitoring/figures-registry';
import { MonitoringService } from '../monitoring/monitoring.service';
import { DatabaseService } from './database.service';

/** Tells how busy the pool is. */
@Injectable()
export class PoolMetricsService implements OnModuleInit {
  constructor(
    private readonly database: DatabaseService,
    private readonly monitoring: MonitoringService,
    private readonly figures: FiguresRegistry,
  ) {}

  onModuleInit(): void {
    this.figures.register('pool', () => this.database.readUse());
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
