import type { PoolUse } from '../monitoring/process-figures';

/** Demand is averaged over this long, so that one long statement is no peak. */
const slotMs = 10_000;

/** Who waits longer than this for a connection did not find one free. */
const waitedMs = 1;

/** Hears of every connection that is given back: how long it was waited for and used. */
export type BorrowListener = (waitMs: number, useMs: number) => void;

/** Adds up how long connections are waited for and used. Two readings of the clock a borrow are all that it costs. */
export class PoolUseTally {
  /** At most one is told. */
  listener: BorrowListener | null = null;
  private readonly startMs = performance.now();
  private borrows = 0;
  private waitedBorrows = 0;
  private waitMs = 0;
  private useMs = 0;
  private slotStartMs = this.startMs;
  private slotDemandMs = 0;
  private busiestDemand = 0;

  /** Notes one connection: asked for, got and given back at these instants of `performance.now()`. */
  note(askedMs: number, gotMs: number, givenBackMs: number): void {
    this.borrows += 1;
    if (gotMs - askedMs > waitedMs) this.waitedBorrows += 1;
    this.waitMs += gotMs - askedMs;
    this.useMs += givenBackMs - gotMs;
    this.listener?.(gotMs - askedMs, givenBackMs - gotMs);
    this.closeSlot(givenBackMs);
    this.slotDemandMs += givenBackMs - askedMs;
  }

  /** The figures since the beginning. */
  read(maxConnections: number): PoolUse {
    const nowMs = performance.now();
    this.closeSlot(nowMs);
    const { borrows, waitedBorrows, waitMs, useMs } = this;
    const elapsedMs = nowMs - this.startMs;
    // A process that is younger than a slot has no busiest one yet.
    const soFar = (waitMs + useMs) / Math.max(elapsedMs, 1);
    const busiestDemand = Math.max(this.busiestDemand, soFar);
    return { maxConnections, elapsedMs, borrows, waitedBorrows, waitMs, useMs, busiestDemand };
  }

  private closeSlot(nowMs: number): void {
    const lengthMs = nowMs - this.slotStartMs;
    if (lengthMs < slotMs) return;
    this.busiestDemand = Math.max(this.busiestDemand, this.slotDemandMs / lengthMs);
    this.slotStartMs = nowMs;
    this.slotDemandMs = 0;
  }
}
