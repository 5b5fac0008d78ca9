import { type Family, isTimed } from '../catalogue/family';

/** From an instant to before another one, in ms since 1970; infinite where there is no bound. */
export type TimeRange = readonly [fromMs: number, untilMs: number];

/** All of time. */
export const allTime: TimeRange = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** The columns that say when a row of a family begins and ends; the same one twice where only its instant counts. */
export interface TimeColumns {
  readonly from: string;
  readonly to: string;
}

/**
 * The time of a family's rows. A night is all of its span, because nights are told apart by their overlap; every other
 * row is the instant by which it is found.
 */
export function timeColumnsOf(family: Family): TimeColumns {
  if (isTimed(family)) return { from: 'recorded_at', to: 'recorded_at' };
  return family.name === 'sleep_night'
    ? { from: 'started_at', to: 'ended_at' }
    : { from: 'started_at', to: 'started_at' };
}

/** The smallest range that holds both. */
export function hull(a: TimeRange | undefined, b: TimeRange): TimeRange {
  return a === undefined ? b : [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

/** True when all of `inner` lies in `outer`. */
export function holds(outer: TimeRange | undefined, inner: TimeRange): boolean {
  return outer !== undefined && outer[0] <= inner[0] && inner[1] <= outer[1];
}

/** An instant as PostgreSQL keeps it, which is to the microsecond, in ms since 1970. */
export function keptInstant(atMs: number): number {
  return Math.round(atMs * 1000) / 1000;
}
