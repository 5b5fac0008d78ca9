import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { EntitySchema } from 'typeorm';
import type { Settings } from '../config/settings';
import { CONNECTIONS, type Connections, SETTINGS } from '../config/settings.token';
import { MonitoringModule } from '../monitoring/monitoring.module';
import { createAppDataSourceOptions } from './data-source';
import { DatabaseService } from './database.service';
import { DatabaseReadinessService } from './database-readiness.service';
import { PartitionMetricsService } from './partition-metrics.service';
import { PieceRepository } from './piece.repository';
import { PoolMetricsService, poolMetricProviders } from './pool-metrics.service';
import { WorkRepository } from './work/work.repository';
import { WorkCensusRepository } from './work/work-census.repository';
import { WorkLeaseRepository } from './work/work-lease.repository';

/** A TypeORM entity class or schema. */
type Entity = EntitySchema | (new () => object);

/** What the modules above reach the database by; the repositories are those that more than one of them needs. */
const doors = [DatabaseService, PieceRepository, WorkRepository, WorkLeaseRepository, WorkCensusRepository];

/** The pool and the one door to it. */
@Global()
@Module({})
export class DatabaseModule {
  /** The module with the entities that the modules above bring. */
  static register(entities: readonly Entity[]): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        MonitoringModule,
        TypeOrmModule.forRootAsync({
          inject: [SETTINGS, CONNECTIONS],
          useFactory: (settings: Settings, connections: Connections) => ({
            ...createAppDataSourceOptions(settings, connections.databaseUrl),
            entities: [...entities],
          }),
        }),
      ],
      providers: [
        ...doors,
        ...poolMetricProviders,
        DatabaseReadinessService,
        PartitionMetricsService,
        PoolMetricsService,
      ],
      exports: doors,
    };
  }
}
