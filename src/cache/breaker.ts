/** As many in a row are no accident. */
const maxFailures = 3;

/** How long nothing is tried then. */
const openMs = 1000;

/**
 * Keeps from asking a partner that does not answer: after three failures in a row it is left alone for a second. What
 * was asked before the last failure was known and fails too is the same failure: a short pause of the partner is one,
 * however many wait for it.
 */
export class Breaker {
  private failures = 0;
  private failedAtMs = Number.NEGATIVE_INFINITY;
  private openUntilMs = 0;

  /** True while nothing is to be tried. `nowMs` comes from a clock that only moves forward. */
  isOpen(nowMs: number): boolean {
    return nowMs < this.openUntilMs;
  }

  succeeded(): void {
    this.failures = 0;
  }

  /** After a second's rest one more failure is enough for another one. */
  failed(askedAtMs: number, nowMs: number): void {
    if (askedAtMs < this.failedAtMs) return;
    this.failures += 1;
    this.failedAtMs = nowMs;
    if (this.failures >= maxFailures) this.openUntilMs = nowMs + openMs;
  }
}
