import { performance } from 'node:perf_hooks';

/** A look-up may take at most this share of the time. */
const maxShare = 0.01;

/** What is looked up, and how often. */
export interface PeriodicLookupOptions<T> {
  readonly intervalMs: number;
  lookUp(): Promise<T>;
  /** Hears of a look-up that failed; the next one comes as usual. */
  onFailure(error: unknown): void;
}

/**
 * A figure that costs a question to the database: it is looked up now and then, and nobody who reads it waits. What takes
 * long is looked up less often.
 */
export class PeriodicLookup<T> {
  private timer: NodeJS.Timeout | null = null;
  private underWay: Promise<void> | null = null;
  private isStopped = false;
  private found: { readonly value: T } | null = null;

  constructor(private readonly options: PeriodicLookupOptions<T>) {}

  /** What was found last; null before anything was. */
  get latest(): T | null {
    return this.found === null ? null : this.found.value;
  }

  /** Looks after `delayMs`, and then again and again. */
  startIn(delayMs: number): void {
    this.timer = setTimeout(() => void this.look(), delayMs).unref();
  }

  /** Looks now, or waits for the look under way; then again and again. Never rejects. */
  look(): Promise<void> {
    this.underWay ??= this.lookOnce().finally(() => {
      this.underWay = null;
    });
    return this.underWay;
  }

  /** Looks no more; resolves when the look under way is over. */
  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.underWay;
  }

  private async lookOnce(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    const startedAtMs = performance.now();
    try {
      this.found = { value: await this.options.lookUp() };
    } catch (error) {
      this.options.onFailure(error);
    }
    const elapsedMs = performance.now() - startedAtMs;
    if (this.isStopped) return;
    this.timer = setTimeout(() => void this.look(), Math.max(this.options.intervalMs, elapsedMs / maxShare)).unref();
  }
}
