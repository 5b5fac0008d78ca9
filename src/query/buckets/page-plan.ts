import { Problem } from '../../common/problem';
import { type BucketUnit, ceilTo, floorTo, plusBuckets } from './calendar';

const dayMs = 86_400_000;

/** The longest range that can be asked for between two given ends: longer than a life, in ms. */
const maxRangeMs = 130 * 366 * dayMs;

/** What decides which buckets a page has. Wall-clock readings are in ms as if they were UTC. */
export interface PageWish {
  readonly unit: BucketUnit;
  readonly order: 'asc' | 'desc';
  /** Most buckets of the calendar that a page covers. */
  readonly limit: number;
  /** The given ends of the range; null where none was given. */
  readonly fromWallMs: number | null;
  readonly toWallMs: number | null;
  /** Where a page before this one ended; null at the first. */
  readonly cursorWallMs: number | null;
  /** The days that have samples, the end exclusive; null when there are none. */
  readonly extent: { readonly fromWallMs: number; readonly toWallMs: number } | null;
  /** Whether empty buckets are shown, also outside of the days that have samples. */
  readonly isFilled: boolean;
}

/** A page: the beginnings of its first bucket and of the one after its last, and where the next page goes on. */
export interface PagePlan {
  readonly fromWallMs: number;
  readonly toWallMs: number;
  readonly nextWallMs: number | null;
}

/** Errors: throws Problem 400 `range_invalid` when `from` is after `to`, or more than 130 years before it. */
export function checkRange(fromWallMs: number | null, toWallMs: number | null): void {
  if (fromWallMs === null || toWallMs === null) return;
  if (fromWallMs > toWallMs) throw new Problem(400, 'range_invalid', 'from must not be after to.');
  if (toWallMs - fromWallMs > maxRangeMs) {
    throw new Problem(400, 'range_invalid', 'A range of buckets is 130 years long at most.');
  }
}

/**
 * The page that is wished for, null when it has no bucket. Buckets are always whole: one that the range touches is in it.
 *
 * A page covers `limit` buckets of the calendar, whether they are empty or not, so that what it costs is known before.
 */
export function planPage(wish: PageWish): PagePlan | null {
  const { unit, order, limit, extent, isFilled, cursorWallMs } = wish;
  const pick = (given: number | null, ofData: number | undefined, narrower: (a: number, b: number) => number) => {
    if (given === null || ofData === undefined) return given ?? ofData;
    return isFilled ? given : narrower(given, ofData);
  };
  if (extent === null && !isFilled) return null;
  const from = pick(wish.fromWallMs, extent?.fromWallMs, Math.max);
  const to = pick(wish.toWallMs, extent?.toWallMs, Math.min);
  if (from === undefined || to === undefined || from >= to) return null;
  const [first, end] = [floorTo(unit, from), ceilTo(unit, to)];
  if (order === 'asc') {
    const start = Math.max(first, cursorWallMs ?? first);
    const stop = Math.min(end, plusBuckets(unit, start, limit));
    return start >= stop ? null : { fromWallMs: start, toWallMs: stop, nextWallMs: stop < end ? stop : null };
  }
  const stop = Math.min(end, cursorWallMs ?? end);
  const start = Math.max(first, plusBuckets(unit, stop, -limit));
  return start >= stop ? null : { fromWallMs: start, toWallMs: stop, nextWallMs: start > first ? start : null };
}
