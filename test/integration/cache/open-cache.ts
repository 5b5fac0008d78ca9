import { Test } from '@nestjs/testing';
import { register } from 'prom-client';
import { CacheModule } from '../../../src/cache/cache.module';
import { CacheService } from '../../../src/cache/cache.service';
import { answerKey, answerTag } from '../../../src/cache/cache-keys';
import type { CacheKind } from '../../../src/cache/cache-kinds';
import { CacheLoaders } from '../../../src/cache/cache-loaders';
import { CacheWarmer } from '../../../src/cache/cache-warmer.service';
import type { AnswerAddress } from '../../../src/cache/cached-answer';
import { DataVersions } from '../../../src/cache/data-versions.service';
import { redisBudgetMs } from '../../../src/cache/redis-tier';
import { ConfigModule } from '../../../src/config/config.module';
import { loadSettings } from '../../../src/config/load-settings';
import { DatabaseModule } from '../../../src/database/database.module';
import { DatabaseService } from '../../../src/database/database.service';
import { ReadinessRegistry } from '../../../src/monitoring/readiness-registry';
import type { TestDatabase } from '../../support/test-database';

/** The cache of one process: its own memory, and a Redis that it may share. */
export interface OpenCache {
  readonly cache: CacheService;
  readonly versions: DataVersions;
  readonly loaders: CacheLoaders;
  readonly warmer: CacheWarmer;
  readonly database: DatabaseService;
  readonly readiness: ReadinessRegistry;
  /** The answer to `url` for a user under a version of the data, as JSON. */
  ask(user: string, version: string, load: () => Promise<unknown>, kind?: CacheKind): Promise<string>;
  /** Stops it and says how long that took. */
  closeMs(): Promise<number>;
}

/** Where the answer of {@link OpenCache.ask} is kept. */
export function addressOf(userId: string, version: string, kind: CacheKind = 'metrics'): AnswerAddress {
  const [reader, url] = [{ userId, timeZone: 'UTC' }, '/v1/metrics'];
  return { kind, reader, url, version, tag: answerTag(reader, version, 0, url) };
}

/** The key of it. */
export function keyOf(userId: string, version: string, kind: CacheKind = 'metrics'): string {
  return answerKey(kind, userId, version, addressOf(userId, version, kind).tag);
}

/** Opens the cache module as an application does. */
export async function openCache(redisUrl: string | null, { url, ownerUrl }: TestDatabase): Promise<OpenCache> {
  const connections = { databaseUrl: url, databaseOwnerUrl: ownerUrl, redisUrl };
  const testing = await Test.createTestingModule({
    imports: [ConfigModule.register(loadSettings({}), connections), DatabaseModule.register([]), CacheModule],
  }).compile();
  testing.useLogger(false);
  await testing.init();
  const cache = testing.get(CacheService);
  return {
    cache,
    versions: testing.get(DataVersions),
    loaders: testing.get(CacheLoaders),
    warmer: testing.get(CacheWarmer),
    database: testing.get(DatabaseService, { strict: false }),
    readiness: testing.get(ReadinessRegistry, { strict: false }),
    ask: (user, version, load, kind) => cache.getOrLoad(addressOf(user, version, kind), redisBudgetMs, load),
    closeMs: async () => {
      const startedAtMs = performance.now();
      await testing.close();
      return performance.now() - startedAtMs;
    },
  };
}

/** The sum of a counter's series with these labels. */
export async function counted(name: string, labels: Record<string, string> = {}): Promise<number> {
  const metric = await register.getSingleMetric(`health_export_${name}`)?.get();
  if (metric === undefined) throw new Error(`there is no metric ${name}`);
  return metric.values
    .filter((series) => Object.entries(labels).every(([label, value]) => series.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
