const width = 30;

/** A bar of one line on the error output, drawn over itself; nothing where that is no terminal. */
export class ProgressBar {
  private readonly startMs = performance.now();

  constructor(
    private readonly label: string,
    private readonly out: NodeJS.WriteStream = process.stderr,
  ) {}

  /** Draws how much is done, and about how long the rest takes. */
  show(done: number, total: number): void {
    if (!this.out.isTTY) return;
    const share = total === 0 ? 1 : done / total;
    const bar = '█'.repeat(Math.round(share * width)).padEnd(width, '░');
    const leftS = done === 0 ? 0 : ((performance.now() - this.startMs) / 1000 / done) * (total - done);
    this.out.write(
      `\r${this.label} ${bar} ${Math.floor(share * 100)} % (${done} of ${total}), ${Math.ceil(leftS)} s left \u001b[K`,
    );
  }

  /** Takes the bar away. */
  end(): void {
    if (this.out.isTTY) this.out.write('\r\u001b[K');
  }
}
