import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Problem } from '../common/problem';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';
import type { RatePolicy, RateVerdict } from './gcra';
import { LocalBuckets } from './local-buckets';
import { SharedBuckets } from './shared-buckets.service';

/** Name of the one policy in the headers. */
const policyName = '"key"';

/**
 * Lets each key send so many requests and no more: a token bucket of `RATE_LIMIT_BURST` tokens that fills with
 * `RATE_LIMIT_PER_MIN`. All processes share it in Redis; where Redis does not answer, each process has its own.
 */
@Injectable()
export class RateLimiter {
  private readonly policy: RatePolicy;
  private readonly local: LocalBuckets;
  private readonly policyHeader: string;

  constructor(
    @Inject(SETTINGS) { rateLimitPerMin: perMin, rateLimitBurst: burst }: Settings,
    private readonly shared: SharedBuckets,
  ) {
    this.policy = { perMin, burst };
    this.local = new LocalBuckets(this.policy);
    this.policyHeader = `${policyName};q=${burst};w=${Math.max(1, Math.ceil((burst * 60) / perMin))}`;
  }

  /**
   * Takes a token for a request of this key. With `mayAsk` false Redis is left alone: a request that is going to be
   * refused anyway is worth no round trip.
   */
  take(keyId: string, mayAsk: boolean): RateVerdict | Promise<RateVerdict> {
    if (mayAsk && this.shared.isReady) return this.takeShared(keyId);
    return this.local.take(keyId, performance.now());
  }

  /**
   * Tells the client how it stands, as draft-ietf-httpapi-ratelimit-headers-11 has it: `q` tokens, filled in `w` s;
   * `r` are left, and in `t` s all are back, or of a refusal the next one is.
   */
  tell(reply: FastifyReply, verdict: RateVerdict): void {
    void reply
      .header('ratelimit-policy', this.policyHeader)
      .header('ratelimit', `${policyName};r=${verdict.remaining};t=${this.resetS(verdict)}`);
  }

  /** The 429 problem of a refusal. */
  problemOf(verdict: RateVerdict): Problem {
    const { perMin, burst } = this.policy;
    const detail = `This key may send ${perMin} requests a minute, and ${burst} at once. Nothing was changed; try again.`;
    return new Problem(429, 'rate_limited', detail, { retryAfterS: this.resetS(verdict) });
  }

  private async takeShared(keyId: string): Promise<RateVerdict> {
    return (await this.shared.take(keyId)) ?? this.local.take(keyId, performance.now());
  }

  private resetS({ isAllowed, remaining, waitMs }: RateVerdict): number {
    const { perMin, burst } = this.policy;
    return isAllowed ? Math.ceil(((burst - remaining) * 60) / perMin) : Math.max(1, Math.ceil(waitMs / 1000));
  }
}
