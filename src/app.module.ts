import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { LoggerModule } from 'nestjs-pino';
import { ProblemFilter } from './common/problem.filter';
import { ConfigModule } from './config/config.module';
import type { Settings } from './config/settings';
import type { Connections } from './config/settings.token';
import { DatabaseModule } from './database/database.module';
import { translateDatabaseFault } from './database/translate-database-fault';
import { identityEntities } from './identity/identity-entities';
import { IdentityModule } from './identity/identity.module';
import { IngestModule } from './ingest/ingest.module';
import { createLoggingOptions } from './monitoring/logging.options';

/** The whole service: features above, tools below; see ARCHITECTURE.md. */
@Module({})
export class AppModule {
  /** The service with these settings, talking to these parts. */
  static register(settings: Settings, connections: Connections): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.register(settings, connections),
        LoggerModule.forRoot(createLoggingOptions(settings)),
        DatabaseModule.register(identityEntities),
        IdentityModule,
        IngestModule,
      ],
      providers: [{ provide: APP_FILTER, useFactory: () => new ProblemFilter(translateDatabaseFault) }],
    };
  }
}
