import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type ProbeResult, ReadinessRegistry } from '../monitoring/readiness-registry';
import { RedisTier } from './redis-tier';

/**
 * Shows in `/ready` how Redis is. Without it everything still works, slower, and all replicas would lose it at once: so
 * it is never down, at worst degraded, with the reason `no_answer` or `not_configured`.
 */
@Injectable()
export class RedisReadinessService implements OnModuleInit {
  constructor(
    private readonly redis: RedisTier,
    private readonly readiness: ReadinessRegistry,
  ) {}

  onModuleInit(): void {
    this.readiness.register({ name: 'redis', check: () => this.check() });
  }

  private async check(): Promise<ProbeResult> {
    const isAnswering = await this.redis.isAnswering();
    if (isAnswering === true) return { up: true };
    return { up: true, degraded: true, reason: isAnswering === null ? 'not_configured' : 'no_answer' };
  }
}
