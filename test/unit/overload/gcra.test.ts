import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gcraStep } from '../../../src/overload/gcra';
import { LocalBuckets } from '../../../src/overload/local-buckets';

test('takes a burst, then one for each that has come back, and says how long to wait', () => {
  const buckets = new LocalBuckets({ perMin: 120, burst: 3 });
  const take = (nowMs: number) => {
    const { isAllowed, remaining, waitMs } = buckets.take('a', nowMs);
    return [isAllowed, remaining, Math.round(waitMs)];
  };
  expect([take(0), take(0), take(0)]).toEqual([
    [true, 2, 0],
    [true, 1, 0],
    [true, 0, 0],
  ]);
  expect(take(0)).toEqual([false, 0, 500]);
  expect(take(400)).toEqual([false, 0, 100]);
  expect(take(500)).toEqual([true, 0, 0]);
  expect(take(60_000)).toEqual([true, 2, 0]);
});

test('keys have buckets of their own', () => {
  const buckets = new LocalBuckets({ perMin: 60, burst: 1 });
  expect(buckets.take('a', 0).isAllowed).toBe(true);
  expect(buckets.take('b', 0).isAllowed).toBe(true);
  expect(buckets.take('a', 0).isAllowed).toBe(false);
});

test('agrees with a bucket that is counted in tokens', () => {
  const policy = fc.record({ perMin: fc.integer({ min: 1, max: 60_000 }), burst: fc.integer({ min: 1, max: 50 }) });
  fc.assert(
    fc.property(policy, fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 80 }), ({ perMin, burst }, gapsMs) => {
      let [nowMs, fullAtMs, tokens] = [0, 0, burst];
      for (const gapMs of gapsMs) {
        nowMs += gapMs;
        tokens = Math.min(burst, tokens + (gapMs * perMin) / 60_000);
        // Where the two may differ by rounding alone, nothing is said.
        if (Math.abs(tokens - Math.round(tokens)) < 1e-6) tokens = Math.round(tokens);
        const step = gcraStep({ perMin, burst }, fullAtMs, nowMs);
        expect(step.isAllowed).toBe(tokens >= 1);
        if (tokens >= 1) tokens -= 1;
        fullAtMs = step.fullAtMs > nowMs && step.isAllowed ? step.fullAtMs : fullAtMs;
        expect(step.remaining).toBe(step.isAllowed ? Math.floor(tokens + 1e-6) : 0);
      }
    }),
  );
});
