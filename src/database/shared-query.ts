interface Asked<Key, Value> {
  readonly key: Key;
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: unknown) => void;
}

/** More keys than this wait for the next statement. */
const maxKeys = 1000;

/**
 * Lets questions of the same kind share a statement: what is asked while one is under way is asked together in the
 * next. One that comes alone is asked at once; nobody waits for a timer.
 *
 * `run` answers keys in their order, one value each. Order: answers to earlier questions are read no later than those to
 * later ones. Errors: `ask` rejects as the statement does, for all who share it.
 */
export class SharedQuery<Key, Value> {
  private waiting: Asked<Key, Value>[] = [];
  private isRunning = false;

  constructor(private readonly run: (keys: readonly Key[]) => Promise<readonly Value[]>) {}

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
      const asked = this.waiting.splice(0, maxKeys);
      try {
        const values = await this.run(asked.map(({ key }) => key));
        if (values.length !== asked.length) throw new Error(`${asked.length} keys were given ${values.length} values`);
        for (const [i, { resolve }] of asked.entries()) resolve(values[i] as Value);
      } catch (reason) {
        for (const { reject } of asked) reject(reason);
      }
    }
    this.isRunning = false;
  }
}
