import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Settings } from './settings';
import { CONNECTIONS, type Connections, SETTINGS } from './settings.token';

/** Gives the settings and connections, loaded before the application starts, to every module. */
@Global()
@Module({})
export class ConfigModule {
  /** The module with these values; both are read-only from here on. */
  static register(settings: Settings, connections: Connections): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: SETTINGS, useValue: settings },
        { provide: CONNECTIONS, useValue: connections },
      ],
      exports: [SETTINGS, CONNECTIONS],
    };
  }
}
