import { Test } from '@nestjs/testing';
import { register } from 'prom-client';
import { CacheModule } from '../../../src/cache/cache.module';
import { CacheService } from '../../../src/cache/cache.service';
import { ConfigModule } from '../../../src/config/config.module';
import { loadSettings } from '../../../src/config/load-settings';
import { ReadinessRegistry } from '../../../src/monitoring/readiness-registry';

/** The cache of one process: its own memory, and a Redis that it may share. */
export interface OpenCache {
  readonly cache: CacheService;
  readonly readiness: ReadinessRegistry;
  /** Stops it and says how long that took. */
  closeMs(): Promise<number>;
}

/** Opens the cache module as an application does. */
export async function openCache(redisUrl: string | null): Promise<OpenCache> {
  const connections = { databaseUrl: 'postgres://unused', databaseOwnerUrl: 'postgres://unused', redisUrl };
  const testing = await Test.createTestingModule({
    imports: [ConfigModule.register(loadSettings({}), connections), CacheModule],
  }).compile();
  testing.useLogger(false);
  await testing.init();
  return {
    cache: testing.get(CacheService),
    readiness: testing.get(ReadinessRegistry, { strict: false }),
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
