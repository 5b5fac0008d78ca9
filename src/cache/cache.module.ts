import { Global, Module } from '@nestjs/common';
import { MonitoringModule } from '../monitoring/monitoring.module';
import { CacheService, cacheCounterProviders } from './cache.service';
import { createMemoryTier, MEMORY_TIER } from './memory-tier';
import { RedisReadinessService } from './redis-readiness.service';
import { cacheErrorsProvider, RedisTier } from './redis-tier';

/** Keeps answers for later; without Redis in memory alone. */
@Global()
@Module({
  imports: [MonitoringModule],
  providers: [
    ...cacheCounterProviders,
    cacheErrorsProvider,
    CacheService,
    RedisReadinessService,
    RedisTier,
    { provide: MEMORY_TIER, useFactory: createMemoryTier },
  ],
  exports: [CacheService, RedisTier],
})
export class CacheModule {}
