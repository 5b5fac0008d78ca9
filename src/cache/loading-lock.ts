import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { makingKey } from './cache-keys';
import { RedisScript, type RedisTier } from './redis-tier';

/** How long a process may take to make an answer before another one makes it too, in ms. */
const lockMs = 2000;

/** Longest wait for an answer that another process makes, in ms: then it is made here too. */
const maxWaitMs = 1000;

/** First pause between two looks, in ms; each is twice the one before, up to the longest. */
const firstPauseMs = 4;
const longestPauseMs = 64;

/** What to do about an answer that is not there. */
export type Turn =
  /** Make it; `release` when it is stored or cannot be made. */
  | { readonly kind: 'make'; release(): void }
  /** It is there by now. */
  | { readonly kind: 'look' };

/** KEYS: the entry, the lock. ARGV: a token, how long the lock holds in ms. 2: it is there, 1: make it, 0: wait. */
const claimScript = new RedisScript(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 2 end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0`);

const releaseScript = new RedisScript(`
if redis.pcall('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`);

/**
 * Waits for the turn to make an answer, so that one process of all makes it; without Redis each makes its own. Waits for
 * Redis `budgetMs` at most, and a second at most for another process. Never rejects.
 */
export async function takeTurn(redis: RedisTier, key: string, budgetMs: number): Promise<Turn> {
  const token = randomUUID();
  const lock = makingKey(key);
  const untilMs = performance.now() + maxWaitMs;
  let claim = await redis.run(claimScript, [key, lock], [token, String(lockMs)], budgetMs);
  for (let pauseMs = firstPauseMs; claim === 0; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    if (performance.now() > untilMs) break;
    await delay(pauseMs);
    claim = await redis.run(claimScript, [key, lock], [token, String(lockMs)]);
  }
  if (claim === 2) return { kind: 'look' };
  const isOurs = claim === 1;
  return { kind: 'make', release: () => void (isOurs && redis.run(releaseScript, [lock], [token])) };
}
