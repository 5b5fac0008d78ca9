/** Where progress is shown. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** How far something has come. */
export interface Progress {
  /** What is being done, in a word: `writing`; or to what. Another one begins another line. */
  readonly phase: string;
  readonly done: number;
  /** May be 0: then all is done. */
  readonly total: number;
  /** `done` and `total` for people: `3 of 5 ingestions`. */
  readonly amount: string;
  /** What has been done in this phase, to tell its rate by, and what it is, in the plural. A count of 0 tells none. */
  readonly counted: { readonly count: number; readonly noun: string };
}

/** The progress of what is told one by one; `noun` is what it is, in the plural. */
export function countProgress(phase: string, done: number, total: number, noun: string): Progress {
  return { phase, done, total, amount: `${done} of ${total} ${noun}`, counted: { count: done, noun } };
}

/** Shortest time between two looks of the line on a terminal, in ms. */
const redrawMs = 200;

/** Time between two lines where nobody looks at a terminal, in ms. */
const plainIntervalMs = 5_000;

const barWidth = 24;

/** With less done than this the time that is left cannot be told. */
const minShareToForesee = 0.02;

function describe({ phase, done, total, amount, counted }: Progress, elapsedS: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * barWidth);
  const parts = [
    phase.padEnd(8),
    `[${'='.repeat(filled)}${' '.repeat(barWidth - filled)}]`,
    `${String(Math.floor(share * 100)).padStart(3)} %`,
    amount,
  ];
  if (counted.count > 0 && elapsedS > 0) {
    const perS = counted.count / elapsedS;
    parts.push(`${perS.toFixed(perS < 10 ? 1 : 0)} ${counted.noun}/s`);
  }
  if (share > minShareToForesee && share < 1) parts.push(`${Math.ceil((elapsedS / share) * (1 - share))} s left`);
  return parts.join('  ');
}

/**
 * Shows how far something has come: on a terminal by a line that is written again and again. One that `isKept` stays there
 * when its phase is over, and is written elsewhere as well, as plain lines: when a phase begins, now and then, and its
 * last. One that is not is taken away in the end, and there is nothing of it where nobody watches.
 */
export class ProgressLine {
  private phase: string | null = null;
  private phaseStartMs = 0;
  private shownAtMs = Number.NEGATIVE_INFINITY;
  /** What was left out because the last look is too young. */
  private unshown: string | null = null;
  private isLineOpen = false;

  constructor(
    private readonly output: ProgressOutput,
    private readonly isKept: boolean,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Shows how far it is. */
  show(progress: Progress): void {
    const nowMs = this.nowMs();
    const isNewPhase = progress.phase !== this.phase;
    if (isNewPhase) {
      this.end();
      this.phase = progress.phase;
      this.phaseStartMs = nowMs;
    }
    this.unshown = describe(progress, (nowMs - this.phaseStartMs) / 1_000);
    const pauseMs = this.output.isTTY === true ? redrawMs : plainIntervalMs;
    if (!isNewPhase && nowMs - this.shownAtMs < pauseMs) return;
    this.shownAtMs = nowMs;
    this.write();
  }

  /** Ends the line that is open, with what was shown last; the next one begins a phase. */
  end(): void {
    if (this.isKept) this.write();
    if (this.isLineOpen) this.output.write(this.isKept ? '\n' : '\r\x1b[K');
    this.isLineOpen = false;
    this.unshown = null;
    this.phase = null;
  }

  private write(): void {
    if (this.unshown === null) return;
    if (this.output.isTTY === true) {
      this.output.write(`\r\x1b[K${this.unshown}`);
      this.isLineOpen = true;
    } else if (this.isKept) this.output.write(`${this.unshown}\n`);
    this.unshown = null;
  }
}
