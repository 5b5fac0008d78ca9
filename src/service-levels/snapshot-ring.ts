import type { Reading } from './readings/reading';

/** A reading of each promise that could be read, by its id, all of one instant. */
export interface Snapshot {
  /** Of `performance.now()`. */
  readonly atMs: number;
  readonly readings: ReadonlyMap<string, Reading>;
}

/** The first snapshot and those of the last while, oldest first; the number of them is bounded. */
export class SnapshotRing {
  private first: Snapshot | null = null;
  private readonly kept: Snapshot[] = [];

  /** `maxKept` snapshots are kept beside the first one. */
  constructor(private readonly maxKept: number) {}

  /** Adds one that is later than all others. */
  add(snapshot: Snapshot): void {
    this.first ??= snapshot;
    this.kept.push(snapshot);
    if (this.kept.length > this.maxKept) this.kept.shift();
  }

  /** The first of all; null before there is any. */
  get start(): Snapshot | null {
    return this.first;
  }

  /** The latest; null before there is any. */
  get latest(): Snapshot | null {
    return this.kept.at(-1) ?? null;
  }

  /** From the last one that was taken at `fromMs` or before (else the oldest that is kept) to the latest. */
  since(fromMs: number): readonly Snapshot[] {
    const at = this.kept.findLastIndex(({ atMs }) => atMs <= fromMs);
    return this.kept.slice(Math.max(0, at));
  }
}
