import { Inject, Injectable } from '@nestjs/common';
import { RedisScript, RedisTier } from '../cache/redis-tier';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';
import { SharedQuery } from '../database/shared-query';
import type { RateVerdict } from './gcra';

/** Shape of what is kept: raise it when it changes, so that two versions of the service can overlap. */
const keyPrefix = 'v1:rate:';

/**
 * The same step as `gcraStep`, for the keys in KEYS one after another, on the clock of Redis and in whole µs (a double
 * holds those exactly). ARGV: requests a minute, burst. Answers two numbers for each key: what remains, or -1 for a
 * refusal, and the wait in µs. A bucket that is full again has no key.
 */
const takeScript = new RedisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local per_request = 60000000 / ARGV[1]
local burst = tonumber(ARGV[2])
local answers = {}
for i, key in ipairs(KEYS) do
  local full_at = math.max(tonumber(redis.call('GET', key) or 0) or 0, now) + per_request
  local wait = full_at - burst * per_request - now
  if wait > 0.5 then
    answers[2 * i - 1] = -1
    answers[2 * i] = math.ceil(wait)
  else
    redis.call('SET', key, string.format('%.0f', full_at), 'PX', math.ceil((full_at - now) / 1000) + 1)
    answers[2 * i - 1] = math.max(0, math.floor(burst - (full_at - now) / per_request + 0.000001))
    answers[2 * i] = 0
  end
end
return answers`);

/** Commands follow one another at this distance at the least, in ms: every request waits for one. */
const minGapMs = 1;

/**
 * The token buckets that all processes share, in Redis.
 *
 * Requests that come at the same time share one command; the time to wait for it is that of the cache, 50 ms.
 */
@Injectable()
export class SharedBuckets {
  private readonly args: readonly string[];
  private readonly asking = new SharedQuery((keyIds: readonly string[]) => this.takeAll(keyIds), minGapMs);

  constructor(
    private readonly redis: RedisTier,
    @Inject(SETTINGS) { rateLimitPerMin, rateLimitBurst }: Settings,
  ) {
    this.args = [String(rateLimitPerMin), String(rateLimitBurst)];
  }

  /** Whether it is worth asking. */
  get isReady(): boolean {
    return this.redis.isReady;
  }

  /** Takes a token of the key's bucket, if there is one; null when Redis did not answer in time. Never rejects. */
  take(keyId: string): Promise<RateVerdict | null> {
    return this.asking.ask(keyId);
  }

  private async takeAll(keyIds: readonly string[]): Promise<readonly (RateVerdict | null)[]> {
    const keys = keyIds.map((keyId) => keyPrefix + keyId);
    const answers = await this.redis.run(takeScript, keys, this.args);
    return keyIds.map((_, i) => readVerdict(answers, i));
  }
}

function readVerdict(answers: unknown, index: number): RateVerdict | null {
  if (!Array.isArray(answers)) return null;
  const [remaining, waitUs] = [answers[2 * index], answers[2 * index + 1]];
  if (typeof remaining !== 'number' || typeof waitUs !== 'number') return null;
  return { isAllowed: remaining >= 0, remaining: Math.max(0, remaining), waitMs: waitUs / 1000 };
}
