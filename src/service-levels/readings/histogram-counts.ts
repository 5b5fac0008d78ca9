import type { SeriesValue } from '../metric-reader';
import type { Labels } from '../source-metrics';

/** How many observations lie in each bucket: up to each bound (included), and in the last one beyond all bounds. */
export interface HistogramCounts {
  /** Upper bounds, ascending. */
  readonly bounds: readonly number[];
  /** One more than `bounds`; not cumulative. */
  readonly counts: readonly number[];
}

/** Adds up the series of a histogram that `chooses` names; null when the histogram has none. */
export function readCounts(
  series: readonly SeriesValue[],
  chooses: (labels: Labels) => boolean,
): HistogramCounts | null {
  const upTo = new Map<number, number>();
  for (const { labels, value, metricName = '' } of series) {
    if (!metricName.endsWith('_bucket') || !chooses(labels)) continue;
    const bound = labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le']);
    upTo.set(bound, (upTo.get(bound) ?? 0) + value);
  }
  if (upTo.size === 0) return null;
  const sorted = [...upTo].sort(([a], [b]) => a - b);
  const counts = sorted.map(([, count], i) => count - (sorted[i - 1]?.[1] ?? 0));
  return { bounds: sorted.map(([bound]) => bound).filter(Number.isFinite), counts };
}

/** How many observations there are. */
export function totalOf({ counts }: HistogramCounts): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What was observed since earlier counts of the same histogram. */
export function countsSince(later: HistogramCounts, earlier: HistogramCounts | null): HistogramCounts {
  if (earlier === null) return later;
  return { bounds: later.bounds, counts: later.counts.map((count, i) => count - (earlier.counts[i] ?? 0)) };
}

/** The share of observations up to a limit, by linear interpolation within a bucket; null without observations. */
export function shareUpTo(histogram: HistogramCounts, limit: number): number | null {
  const total = totalOf(histogram);
  if (total === 0) return null;
  const { bounds, counts } = histogram;
  let below = 0;
  for (const [i, upper] of bounds.entries()) {
    const lower = i === 0 ? 0 : (bounds[i - 1] as number);
    const count = counts[i] ?? 0;
    if (upper > limit) return (below + (count * Math.max(0, limit - lower)) / (upper - lower)) / total;
    below += count;
  }
  return below / total;
}

/**
 * The value that a share of the observations does not exceed, by linear interpolation within a bucket, as Prometheus'
 * `histogram_quantile` does it. `failed` further observations are greater than all others.
 *
 * Where it lies beyond the last bound it is that bound, as a lower bound. Null without observations.
 */
export function quantile(
  { bounds, counts }: HistogramCounts,
  share: number,
  failed: number,
): { readonly value: number; readonly isLowerBound: boolean } | null {
  const total = counts.reduce((sum, count) => sum + count, failed);
  if (total === 0) return null;
  const rank = share * total;
  let below = 0;
  for (const [i, upper] of bounds.entries()) {
    const count = counts[i] ?? 0;
    if (count > 0 && below + count >= rank) {
      const lower = i === 0 ? 0 : (bounds[i - 1] as number);
      return { value: lower + ((upper - lower) * (rank - below)) / count, isLowerBound: false };
    }
    below += count;
  }
  return { value: bounds.at(-1) ?? 0, isLowerBound: true };
}
