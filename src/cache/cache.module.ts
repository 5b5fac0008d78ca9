import { Global, Module } from '@nestjs/common';
import { MonitoringModule } from '../monitoring/monitoring.module';
import { AskedLately } from './asked-lately.service';
import { CacheService, cacheCounterProviders } from './cache.service';
import { CacheLoaders } from './cache-loaders';
import { CacheWarmer } from './cache-warmer.service';
import { DataVersions } from './data-versions.service';
import { createMemoryTier, MEMORY_TIER } from './memory-tier';
import { RedisReadinessService } from './redis-readiness.service';
import { RedisTier, redisTierMetrics } from './redis-tier';

/** Keeps answers for later; without Redis in memory alone. */
@Global()
@Module({
  imports: [MonitoringModule],
  providers: [
    ...cacheCounterProviders,
    ...redisTierMetrics,
    AskedLately,
    CacheLoaders,
    CacheService,
    CacheWarmer,
    DataVersions,
    RedisReadinessService,
    RedisTier,
    { provide: MEMORY_TIER, useFactory: createMemoryTier },
  ],
  exports: [CacheLoaders, CacheService, CacheWarmer, DataVersions, RedisTier],
})
export class CacheModule {}
