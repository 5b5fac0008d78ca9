import { gcraStep, type RatePolicy, type RateVerdict } from './gcra';

/** Buckets that are kept at most; one that is forgotten too early is full again, which harms nobody. */
const maxBuckets = 20_000;

/** The token buckets of one process: exact for one, and what there is where Redis is not. */
export class LocalBuckets {
  private readonly fullAtMs = new Map<string, number>();

  constructor(private readonly policy: RatePolicy) {}

  /** Takes a token of the key's bucket, if there is one. `nowMs` comes from a clock that only moves forward. */
  take(keyId: string, nowMs: number): RateVerdict {
    const step = gcraStep(this.policy, this.fullAtMs.get(keyId) ?? 0, nowMs);
    // Deleting first moves the key to the end: those that rest the longest come first.
    this.fullAtMs.delete(keyId);
    this.fullAtMs.set(keyId, step.fullAtMs);
    if (this.fullAtMs.size > maxBuckets) this.forgetOldest();
    return step;
  }

  private forgetOldest(): void {
    const [oldest] = this.fullAtMs.keys();
    if (oldest !== undefined) this.fullAtMs.delete(oldest);
  }
}
