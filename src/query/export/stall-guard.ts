/** Breaks off what nobody takes. */
export class StallGuard {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly timeoutMs: number,
    private readonly onStall: () => void,
  ) {}

  /** The same pieces; when one lies for longer than the time-out before the next is asked for, `onStall` is called. */
  async *watch<T>(pieces: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      for await (const piece of pieces) {
        this.timer = setTimeout(this.onStall, this.timeoutMs);
        yield piece;
        clearTimeout(this.timer);
      }
    } finally {
      this.clear();
    }
  }

  /** Stops waiting. */
  clear(): void {
    clearTimeout(this.timer);
  }
}
