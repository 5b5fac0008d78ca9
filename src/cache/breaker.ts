/** As many in a row are no accident. */
const maxFailures = 3;

/** How long nothing is tried then. */
const openMs = 1000;

/** Keeps from asking a partner that does not answer: after three failures in a row it is left alone for a second. */
export class Breaker {
  private failures = 0;
  private openUntilMs = 0;

  /** True while nothing is to be tried. `nowMs` comes from a clock that only moves forward. */
  isOpen(nowMs: number): boolean {
    return nowMs < this.openUntilMs;
  }

  succeeded(): void {
    this.failures = 0;
  }

  /** After a second's rest one more failure is enough for another one. */
  failed(nowMs: number): void {
    this.failures += 1;
    if (this.failures >= maxFailures) this.openUntilMs = nowMs + openMs;
  }
}
