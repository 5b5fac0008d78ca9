import { sourceMetrics } from '../source-metrics';
import { countsSince, type HistogramCounts, readCounts, shareUpTo, totalOf } from './histogram-counts';
import { type Figure, type Measure, noFigure, type Reading } from './reading';

/** Who waits longer than this for a connection did not find one free, in s. */
const freeConnectionS = 0.001;

/** How many of all were good. */
class ShareReading implements Reading {
  constructor(
    private readonly good: number,
    private readonly all: number,
  ) {}

  figureSince(earlier: Reading | null): Figure {
    const before = earlier instanceof ShareReading ? earlier : null;
    const all = this.all - (before?.all ?? 0);
    if (all === 0) return noFigure;
    return { value: (this.good - (before?.good ?? 0)) / all, isLowerBound: false, measurements: all, failed: 0 };
  }
}

/** How many waits were short. */
class WaitsReading implements Reading {
  constructor(private readonly waits: HistogramCounts) {}

  figureSince(earlier: Reading | null): Figure {
    const waits = countsSince(this.waits, earlier instanceof WaitsReading ? earlier.waits : null);
    const value = shareUpTo(waits, freeConnectionS);
    return value === null ? noFigure : { value, isLowerBound: false, measurements: totalOf(waits), failed: 0 };
  }
}

/** The share of answers that the cache had. */
export const cacheHitRate: Measure = {
  async read({ metrics }) {
    const hits = await metrics.sum(sourceMetrics.cacheHits);
    const misses = await metrics.sum(sourceMetrics.cacheMisses);
    return hits === null || misses === null ? null : new ShareReading(hits, hits + misses);
  },
};

/** The share of borrowers of a connection that found one free. */
export const poolEfficiency: Measure = {
  async read({ metrics }) {
    const series = await metrics.values(sourceMetrics.poolWaits);
    const waits = series && readCounts(series, () => true);
    return waits && new WaitsReading(waits);
  },
};
