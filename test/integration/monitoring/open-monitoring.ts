import type { AddressInfo } from 'node:net';
import { Module, type ModuleMetadata, type Type } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { CacheModule } from '../../../src/cache/cache.module';
import { ProblemFilter } from '../../../src/common/problem.filter';
import { ConfigModule } from '../../../src/config/config.module';
import { loadSettings } from '../../../src/config/load-settings';
import { DatabaseModule } from '../../../src/database/database.module';
import { translateDatabaseFault } from '../../../src/database/translate-database-fault';
import { registerAuthentication } from '../../../src/identity/authentication.hook';
import { AuthenticationService } from '../../../src/identity/authentication.service';
import { IdentityModule } from '../../../src/identity/identity.module';
import { identityEntities } from '../../../src/identity/identity-entities';

/** What the application is made of beside the parts that every one has. */
export interface MonitoringOptions {
  readonly databaseUrl: string;
  readonly redisUrl?: string | null;
  readonly controllers?: Type[];
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
}

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says by what it expects what an answer holds
  readonly body: any;
}

/** An application with database, cache, identity and monitoring, listening. */
export interface OpenMonitoring {
  readonly app: NestFastifyApplication;
  readonly port: number;
  get(path: string, init?: RequestInit): Promise<Answer>;
}

/** Opens it; rejects as the start of the service would. */
export async function openMonitoring(options: MonitoringOptions): Promise<OpenMonitoring> {
  const { databaseUrl, redisUrl = null, controllers = [], imports = [] } = options;
  const settings = loadSettings({ POOL_MIN: '0', POOL_MAX: '5', KEY_PEPPER: 'p'.repeat(32) });

  @Module({
    imports: [
      ConfigModule.register(settings, { databaseUrl, databaseOwnerUrl: databaseUrl, redisUrl }),
      DatabaseModule.register(identityEntities),
      CacheModule,
      IdentityModule,
      ...imports,
    ],
    controllers,
  })
  class TestModule {}

  const testing = await Test.createTestingModule({ imports: [TestModule] })
    .setLogger(false as never)
    .compile();
  // The client keeps connections that it has not used yet, and for those a server waits.
  const adapter = new FastifyAdapter({ routerOptions: { maxParamLength: 100 }, forceCloseConnections: true });
  const app = testing.createNestApplication<NestFastifyApplication>(adapter, { logger: false });
  app.useGlobalFilters(new ProblemFilter(translateDatabaseFault));
  registerAuthentication(app.getHttpAdapter().getInstance(), app.get(AuthenticationService));
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    app,
    port,
    get: async (path, init) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
      const text = await response.text();
      const isJson = text !== '' && response.headers.get('content-type')?.includes('json') === true;
      return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
    },
  };
}
