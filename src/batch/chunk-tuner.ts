import type { ChunkUse } from '../monitoring/process-figures';

/** Where the search begins and what it never leaves; all in rows. */
export interface ChunkBounds {
  readonly startRows: number;
  readonly minRows: number;
  readonly maxRows: number;
}

/** The next size is this much larger or smaller. */
const stepFactor = 1.5;

/** Full chunks that one size is measured by: the middle one of them counts, so that a checkpoint or two do not. */
const trialChunks = 9;

/** A size is better than another when it writes this much more a second: less than that is noise. */
const gain = 1.05;

/**
 * Finds the chunk size that writes the most rows a second, by trying a larger and a smaller one in turn and keeping to
 * what is better. Only full chunks count: what is smaller says nothing of the size. Where nothing is better it stays.
 */
export class ChunkTuner {
  private best: { readonly rows: number; rowsPerS: number };
  private startRowsPerS: number | null = null;
  private currentRows: number;
  private speeds: number[] = [];
  private isRising = true;

  constructor(private readonly bounds: ChunkBounds) {
    this.currentRows = this.clamp(bounds.startRows);
    this.best = { rows: this.currentRows, rowsPerS: 0 };
  }

  /** The size to be used now. */
  get rows(): number {
    return this.currentRows;
  }

  /** Takes note of a chunk that was written. */
  note(rows: number, elapsedMs: number): void {
    if (rows !== this.currentRows || elapsedMs <= 0) return;
    this.speeds.push((rows / elapsedMs) * 1000);
    if (this.speeds.length < trialChunks) return;
    const rowsPerS = this.speeds.sort((a, b) => a - b)[trialChunks >> 1] as number;
    this.speeds = [];
    this.judge(rowsPerS);
  }

  /** What was found so far. */
  read(): ChunkUse {
    const { rows, rowsPerS } = this.best;
    const startRows = this.clamp(this.bounds.startRows);
    return {
      ...this.bounds,
      best: rowsPerS > 0 ? { rows, rowsPerS } : null,
      start: this.startRowsPerS === null ? null : { rows: startRows, rowsPerS: this.startRowsPerS },
    };
  }

  private judge(rowsPerS: number): void {
    if (this.currentRows === this.clamp(this.bounds.startRows)) this.startRowsPerS = rowsPerS;
    if (this.currentRows === this.best.rows) {
      // What was best is measured again before each trial: the database of a while ago is no measure.
      this.best.rowsPerS = rowsPerS;
      this.currentRows = this.nextTrial();
      return;
    }
    if (rowsPerS > this.best.rowsPerS * gain) {
      this.best = { rows: this.currentRows, rowsPerS };
      this.currentRows = this.nextTrial();
      return;
    }
    this.isRising = !this.isRising;
    this.currentRows = this.best.rows;
  }

  /** One step in the present direction, or in the other one at a bound. */
  private nextTrial(): number {
    const step = (isRising: boolean): number =>
      this.clamp(Math.round(isRising ? this.best.rows * stepFactor : this.best.rows / stepFactor));
    if (step(this.isRising) === this.best.rows) this.isRising = !this.isRising;
    return step(this.isRising);
  }

  private clamp(rows: number): number {
    return Math.min(this.bounds.maxRows, Math.max(this.bounds.minRows, rows));
  }
}
