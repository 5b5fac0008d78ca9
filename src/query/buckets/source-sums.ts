import type { Aggregate, Piece, SourceBucket, SourceChoice } from './bucket-question';

interface Sums extends SourceBucket {
  samples: number;
  sum: number;
  min: number;
  max: number;
  last: number;
  lastS: number;
  /** The least and the greatest granularity of what it was made of. */
  finest: number;
  coarsest: number;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Adds pieces up by metric, part, bucket and source. */
export class SourceSums {
  private readonly sums = new Map<string, Sums>();

  /** Adds a piece to a bucket. */
  add(piece: Piece, bucket: number, offsetMinutes: number): void {
    const { metric_id: metricId, part, source, granularity, samples, sum, min, max, last, last_s: lastS } = piece;
    const key = `${metricId} ${part} ${bucket} ${offsetMinutes} ${source}`;
    const known = this.sums.get(key);
    if (known === undefined) {
      const values = { samples, sum, min, max, last, lastS, finest: granularity, coarsest: granularity };
      this.sums.set(key, { metricId, part, bucket, offsetMinutes, source, ...values });
      return;
    }
    known.samples += samples;
    known.sum += sum;
    known.min = Math.min(known.min, min);
    known.max = Math.max(known.max, max);
    known.finest = Math.min(known.finest, granularity);
    known.coarsest = Math.max(known.coarsest, granularity);
    // Of two samples of one instant the greater value is the last.
    if (lastS < known.lastS || (lastS === known.lastS && last <= known.last)) return;
    known.last = last;
    known.lastS = lastS;
  }

  /** Each source's part of each bucket, or the best source's, in the order of metric, bucket and source. */
  finish(source: SourceChoice, aggregateOf: ReadonlyMap<number, Aggregate>): SourceBucket[] {
    const all = [...this.sums.values()].sort(
      (a, b) =>
        a.metricId - b.metricId ||
        a.bucket - b.bucket ||
        a.offsetMinutes - b.offsetMinutes ||
        compareText(a.source, b.source) ||
        a.part - b.part,
    );
    return source.kind === 'best' ? ofBestSources(all, source.priority, aggregateOf) : all;
  }
}

const isOneBucket = (a: Sums, b: Sums): boolean =>
  a.metricId === b.metricId && a.bucket === b.bucket && a.offsetMinutes === b.offsetMinutes;

/** The parts of the best source of each bucket; all are in the order of buckets and sources. */
function ofBestSources(
  all: readonly Sums[],
  priority: readonly string[],
  aggregateOf: ReadonlyMap<number, Aggregate>,
): SourceBucket[] {
  const shown: SourceBucket[] = [];
  for (let start = 0, end = 0; start < all.length; start = end) {
    const first = all[start] as Sums;
    while (end < all.length && isOneBucket(first, all[end] as Sums)) end++;
    const inBucket = all.slice(start, end);
    const best = bestOf(inBucket, priority, aggregateOf.get(first.metricId) as Aggregate);
    for (const sums of inBucket) if (sums.source === best) shown.push(sums);
  }
  return shown;
}

/**
 * The best source of a bucket: the first of the user's list that is there, else the one with most data
 * (docs/decisions/020-sources.md). Of the two parts of blood pressure the first decides for both.
 */
function bestOf(inBucket: readonly Sums[], priority: readonly string[], aggregate: Aggregate): string {
  const [first, ...others] = inBucket as [Sums, ...Sums[]];
  if (others.length === 0) return first.source;
  const isAlike = inBucket.every(({ finest, coarsest }) => finest === first.finest && coarsest === first.finest);
  const rankOf = ({ source }: Sums): number => {
    const place = priority.indexOf(source);
    return place < 0 ? priority.length : place;
  };
  const mostOf = ({ samples, lastS }: Sums): number => {
    if (aggregate === 'latest') return lastS;
    return aggregate === 'sum' && !isAlike ? 0 : samples;
  };
  const secondOf = ({ sum, samples }: Sums): number => (aggregate === 'sum' ? sum : samples);
  let best = first;
  for (const other of others) {
    const order =
      other.part - best.part ||
      rankOf(other) - rankOf(best) ||
      mostOf(best) - mostOf(other) ||
      secondOf(best) - secondOf(other) ||
      compareText(other.source, best.source);
    if (order < 0) best = other;
  }
  return best.source;
}
