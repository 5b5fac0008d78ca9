interface Lookup<Value> {
  readonly startedAtMs: number;
  readonly found: Promise<Value | null>;
}

/** How much is remembered, and for how long. */
export interface RecentLookupsOptions {
  readonly maxEntries: number;
  readonly maxAgeMs: number;
  /** The clock, in ms since any fixed point. */
  readonly nowMs: () => number;
}

/**
 * Remembers what was looked up a moment ago, so that many requests of one caller cost one look-up.
 *
 * An answer comes from a look-up that began at most `maxAgeMs` before it was asked for; requests at the same time share
 * one. Not found (`null`) and failures are not remembered: what was added just now is found at once. Beyond
 * `maxEntries` the look-up that began first is forgotten.
 *
 * Errors: `get` rejects as the look-up does.
 */
export class RecentLookups<Value> {
  private readonly lookups = new Map<string, Lookup<Value>>();

  constructor(
    private readonly lookUp: (key: string) => Promise<Value | null>,
    private readonly options: RecentLookupsOptions,
  ) {}

  /** What the key leads to; null when there is no such thing. */
  get(key: string): Promise<Value | null> {
    const nowMs = this.options.nowMs();
    const recent = this.lookups.get(key);
    if (recent !== undefined && nowMs - recent.startedAtMs <= this.options.maxAgeMs) return recent.found;
    const started: Lookup<Value> = { startedAtMs: nowMs, found: this.lookUp(key) };
    // Deleting first moves the key to the end: the map stays in the order in which look-ups began.
    this.lookups.delete(key);
    this.lookups.set(key, started);
    this.forgetBeyondLimit();
    const forget = () => {
      if (this.lookups.get(key) === started) this.lookups.delete(key);
    };
    started.found.then((value) => value === null && forget(), forget);
    return started.found;
  }

  private forgetBeyondLimit(): void {
    if (this.lookups.size <= this.options.maxEntries) return;
    const [oldest] = this.lookups.keys();
    if (oldest !== undefined) this.lookups.delete(oldest);
  }
}
