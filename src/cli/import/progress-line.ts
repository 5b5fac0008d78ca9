/** How far an import is. */
export interface ImportProgress {
  /** What is being done: `storing`, `checking` or `writing`. */
  readonly phase: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Records written; null while none can be. */
  readonly records: number | null;
}

/** Time between two lines where nobody looks at a terminal, in ms. */
const plainIntervalMs = 5_000;

const barWidth = 24;

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}

/**
 * Shows progress: on a terminal one line with a bar that is written again and again, elsewhere a plain line now and then
 * and whenever something else begins.
 */
export class ProgressLine {
  private phase = '';
  private phaseStartMs = 0;
  private shownAtMs = 0;
  private isLineOpen = false;

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Shows how far it is. */
  show(progress: ImportProgress): void {
    const nowMs = this.nowMs();
    const isNewPhase = progress.phase !== this.phase;
    if (isNewPhase) {
      this.end();
      this.phase = progress.phase;
      this.phaseStartMs = nowMs;
    }
    const text = this.describe(progress, (nowMs - this.phaseStartMs) / 1_000);
    if (this.stream.isTTY) {
      this.stream.write(`\r\x1b[K${text}`);
      this.isLineOpen = true;
    } else if (isNewPhase || nowMs - this.shownAtMs >= plainIntervalMs) {
      this.stream.write(`${text}\n`);
      this.shownAtMs = nowMs;
    }
  }

  /** Ends the line that is open. */
  end(): void {
    if (this.isLineOpen) this.stream.write('\n');
    this.isLineOpen = false;
  }

  private describe({ phase, bytesDone, bytesTotal, records }: ImportProgress, elapsedS: number): string {
    const share = bytesTotal === 0 ? 0 : Math.min(1, bytesDone / bytesTotal);
    const filled = Math.round(share * barWidth);
    const parts = [
      phase.padEnd(8),
      `[${'='.repeat(filled)}${' '.repeat(barWidth - filled)}]`,
      `${String(Math.floor(share * 100)).padStart(3)} %`,
      `${megabytes(bytesDone)}/${megabytes(bytesTotal)} MB`,
    ];
    if (records !== null && elapsedS > 0) parts.push(`${Math.round(records / elapsedS)} records/s`);
    if (share > 0.02) parts.push(`${Math.ceil((elapsedS / share) * (1 - share))} s left`);
    return parts.join('  ');
  }
}
