import { type Asked, answerAsked } from '../database/answer-asked';

/**
 * Gathers what is asked within one turn of the event loop into one question. Unlike `SharedQuery` it waits for nothing
 * else: the question leaves in the same turn, after everything that was asked before it.
 *
 * `run` answers keys in their order, one value each. Errors: `ask` rejects as `run` does, for all of a turn.
 */
export class LoopBatch<Key, Value> {
  private waiting: Asked<Key, Value>[] = [];

  constructor(private readonly run: (keys: readonly Key[]) => Promise<readonly Value[]>) {}

  /** The answer to one question. */
  ask(key: Key): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, resolve, reject });
      if (this.waiting.length === 1) setImmediate(() => this.runAll());
    });
  }

  private runAll(): void {
    const asked = this.waiting;
    this.waiting = [];
    void answerAsked(asked, this.run);
  }
}
