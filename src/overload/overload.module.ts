import { Module } from '@nestjs/common';
import { MonitoringModule } from '../monitoring/monitoring.module';
import { OverloadService } from './overload.service';
import { RateLimiter } from './rate-limiter.service';
import { refusalsProvider } from './refusal';
import { SharedBuckets } from './shared-buckets.service';

/** Refusing what cannot be done, early and cheaply; the checks in front of every request are `overloadCheck`. */
@Module({
  imports: [MonitoringModule],
  providers: [refusalsProvider, OverloadService, RateLimiter, SharedBuckets],
  exports: [OverloadService, RateLimiter],
})
export class OverloadModule {}
