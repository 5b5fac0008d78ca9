import { setTimeout as delay } from 'node:timers/promises';
import { type Asked, answerAsked } from './answer-asked';

/** More keys than this wait for the next statement. */
const maxKeys = 1000;

/**
 * Statements follow one another at this distance at the least, in ms, when many ask: each costs a round trip, however few
 * share it. Under 1,000 phones there was one for every two requests without it.
 */
const statementGapMs = 4;

/**
 * Lets questions of the same kind share a statement: what is asked while one is under way, or right after it began, is
 * asked together in the next. One that comes alone is asked at once.
 *
 * `run` answers keys in their order, one value each. Order: answers to earlier questions are read no later than those to
 * later ones. Errors: `ask` rejects as the statement does, for all who share it.
 */
export class SharedQuery<Key, Value> {
  private waiting: Asked<Key, Value>[] = [];
  private isRunning = false;
  private lastStartMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly run: (keys: readonly Key[]) => Promise<readonly Value[]>,
    private readonly minGapMs = statementGapMs,
  ) {}

  /** The answer to one question. */
  ask(key: Key): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, resolve, reject });
      if (!this.isRunning) void this.runAll();
    });
  }

  private async runAll(): Promise<void> {
    this.isRunning = true;
    while (this.waiting.length > 0) {
      const sinceLastMs = performance.now() - this.lastStartMs;
      if (sinceLastMs < this.minGapMs) await delay(this.minGapMs - sinceLastMs);
      this.lastStartMs = performance.now();
      await answerAsked(this.waiting.splice(0, maxKeys), this.run);
    }
    this.isRunning = false;
  }
}
