import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { BatchModule } from './batch/batch.module';
import { CacheModule } from './cache/cache.module';
import { ProblemFilter } from './common/problem.filter';
import { ConfigModule } from './config/config.module';
import type { Settings } from './config/settings';
import type { Connections } from './config/settings.token';
import { DatabaseModule } from './database/database.module';
import { translateDatabaseFault } from './database/translate-database-fault';
import { IdentityModule } from './identity/identity.module';
import { identityEntities } from './identity/identity-entities';
import { IngestModule } from './ingest/ingest.module';
import { MonitoringModule } from './monitoring/monitoring.module';
import { OpenApiModule } from './openapi/openapi.module';
import { OptimizerModule } from './optimizer/optimizer.module';
import { OverloadModule } from './overload/overload.module';
import { QueryModule } from './query/query.module';
import { ServiceLevelsModule } from './service-levels/service-levels.module';

/** The whole service: features above, tools below; see ARCHITECTURE.md. */
@Module({})
export class AppModule {
  /** The service with these settings, talking to these parts. */
  static register(settings: Settings, connections: Connections): DynamicModule {
    const serves = settings.role !== 'worker';
    const works = settings.role !== 'api';
    return {
      module: AppModule,
      imports: [
        ConfigModule.register(settings, connections),
        MonitoringModule,
        DatabaseModule.register(identityEntities),
        CacheModule,
        BatchModule.register({ redis: connections.redisUrl !== null, works }),
        IdentityModule,
        OverloadModule,
        IngestModule.register({ serves }),
        ...(serves ? [QueryModule] : []),
        ...(serves ? [OptimizerModule] : []),
        ...(serves ? [ServiceLevelsModule] : []),
        ...(serves ? [OpenApiModule] : []),
      ],
      providers: [{ provide: APP_FILTER, useFactory: () => new ProblemFilter(translateDatabaseFault) }],
    };
  }
}
