/** Where progress is shown. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Longest pause between two looks of the line, in ms. */
const redrawMs = 200;

/** One line on a terminal that says how far something has come; nothing at all where nobody watches. */
export class ProgressLine {
  private readonly startedAtMs = performance.now();
  private drawnAtMs = Number.NEGATIVE_INFINITY;

  /** `noun` is what is counted, in the plural. */
  constructor(
    private readonly output: ProgressOutput,
    private readonly noun: string,
  ) {}

  /** Shows that so many of `total`, which may be 0, are done. */
  show(done: number, total: number): void {
    const nowMs = performance.now();
    if (this.output.isTTY !== true || nowMs - this.drawnAtMs < redrawMs) return;
    this.drawnAtMs = nowMs;
    const elapsedS = (nowMs - this.startedAtMs) / 1000;
    const perS = done / elapsedS;
    const left = done === 0 ? '' : `, ${perS.toFixed(perS < 10 ? 1 : 0)}/s, ${Math.ceil((total - done) / perS)} s left`;
    const share = total === 0 ? 1 : done / total;
    const bar = '█'.repeat(Math.round(share * 20)).padEnd(20, '░');
    this.output.write(`\r\x1b[K${bar} ${done} of ${total} ${this.noun}${left}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.output.isTTY === true) this.output.write('\r\x1b[K');
  }
}
