import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module, type Type } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ProblemFilter } from '../../../src/common/problem.filter';
import { ConfigModule } from '../../../src/config/config.module';
import { loadSettings } from '../../../src/config/load-settings';
import { DatabaseModule } from '../../../src/database/database.module';
import { translateDatabaseFault } from '../../../src/database/translate-database-fault';
import { registerAuthentication } from '../../../src/identity/authentication.hook';
import { AuthenticationService } from '../../../src/identity/authentication.service';
import { IdentityModule } from '../../../src/identity/identity.module';
import { identityEntities } from '../../../src/identity/identity-entities';

/** A real application with the identity module on a database, not yet listening. */
export interface OpenIdentity {
  readonly app: NestFastifyApplication;
  readonly dataDir: string;
  close(): Promise<void>;
}

/** Opens the identity module with these controllers and settings, in a data directory of its own if none is given. */
export async function openIdentity(
  databaseUrl: string,
  {
    controllers = [],
    env = {},
    hook = true,
  }: { controllers?: Type[]; env?: Record<string, string>; hook?: boolean } = {},
): Promise<OpenIdentity> {
  const dataDir = env['DATA_DIR'] ?? (await mkdtemp(join(tmpdir(), 'identity-')));
  const settings = loadSettings({ POOL_MIN: '0', POOL_MAX: '5', ...env, DATA_DIR: dataDir });

  @Module({
    imports: [
      ConfigModule.register(settings, { databaseUrl, databaseOwnerUrl: databaseUrl, redisUrl: null }),
      DatabaseModule.register(identityEntities),
      IdentityModule,
    ],
    controllers,
  })
  class TestModule {}

  const testing = await Test.createTestingModule({ imports: [TestModule] }).compile();
  const app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  app.useGlobalFilters(new ProblemFilter(translateDatabaseFault));
  if (hook) registerAuthentication(app.getHttpAdapter().getInstance(), app.get(AuthenticationService));
  const close = async () => {
    await app.close();
    if (env['DATA_DIR'] === undefined) await rm(dataDir, { recursive: true });
  };
  return { app, dataDir, close };
}
