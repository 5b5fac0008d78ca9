/** How many requests of one key are taken. */
export interface RatePolicy {
  /** In the long run, a minute. */
  readonly perMin: number;
  /** At once, after a rest. */
  readonly burst: number;
}

/** What a bucket says to one more request. */
export interface RateVerdict {
  readonly isAllowed: boolean;
  /** Requests that would be taken right after this one. */
  readonly remaining: number;
  /** Time until one more is taken; 0 when this one was. */
  readonly waitMs: number;
}

/** A verdict with the bucket as it is afterwards. */
export interface GcraStep extends RateVerdict {
  /** When the bucket will be full again, on the clock of `nowMs`. */
  readonly fullAtMs: number;
}

/**
 * One step of a token bucket that is kept as a single number, the time at which it is full again (the generic cell rate
 * algorithm of ITU-T I.371). A request that is refused takes nothing.
 *
 * The script of the shared buckets does the same arithmetic in Redis.
 */
export function gcraStep({ perMin, burst }: RatePolicy, fullAtMs: number, nowMs: number): GcraStep {
  const perRequestMs = 60_000 / perMin;
  const nextFullAtMs = Math.max(fullAtMs, nowMs) + perRequestMs;
  const waitMs = nextFullAtMs - burst * perRequestMs - nowMs;
  // A rounding error of the division is no debt.
  if (waitMs > 1e-6) return { isAllowed: false, remaining: 0, waitMs, fullAtMs };
  const remaining = Math.max(0, Math.floor(burst - (nextFullAtMs - nowMs) / perRequestMs + 1e-6));
  return { isAllowed: true, remaining, waitMs: 0, fullAtMs: nextFullAtMs };
}
