import { sourceMetrics } from '../source-metrics';
import { type Figure, type Measure, noFigure, type Reading } from './reading';

/** Samples that were taken, and those of which it is known what became of them. */
class AccountReading implements Reading {
  constructor(
    private readonly received: number,
    private readonly accounted: number,
  ) {}

  figureSince(earlier: Reading | null): Figure {
    const before = earlier instanceof AccountReading ? earlier : null;
    const received = this.received - (before?.received ?? 0);
    const accounted = this.accounted - (before?.accounted ?? 0);
    if (received === 0 && accounted === 0) return noFigure;
    // A sample that was accounted for twice is as wrong as one that was not.
    const value = Math.abs(received - accounted);
    return { value, isLowerBound: false, measurements: received, failed: 0 };
  }
}

/** Samples received and not accounted for. */
export const unaccountedSamples: Measure = {
  async read({ metrics }) {
    const received = await metrics.sum(sourceMetrics.samplesReceived);
    const accounted = await metrics.sum(sourceMetrics.samplesAccounted);
    return received === null || accounted === null ? null : new AccountReading(received, accounted);
  },
};
