import type { Instant } from '../../catalogue/parse-instant';
import { zoneOffsetMinutes } from '../../catalogue/zone-offset';
import { Problem } from '../../common/problem';

/** A range of time in microseconds since 1970, `fromUs` inclusive to `toUs` exclusive; null is not bounded. */
export interface InstantRange {
  readonly fromUs: bigint | null;
  readonly toUs: bigint | null;
}

/** The two ends as a query string has them. */
export interface RangeQuery {
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

function toUs(instant: Instant | undefined, timeZone: string): bigint | null {
  if (instant === undefined) return null;
  const offsetMinutes = instant.hasOffset ? 0 : zoneOffsetMinutes(instant.atMs, timeZone, 'wall');
  return BigInt(instant.atMs - offsetMinutes * 60_000) * 1000n;
}

/**
 * The range that a query asks for. An end without an offset is wall-clock time in `timeZone`; a date is its midnight
 * there, so that `from=2026-05-01&to=2026-05-02` is one local day.
 *
 * Errors: throws Problem 400 `range_invalid` when `from` is after `to`.
 */
export function readRange(query: RangeQuery, timeZone: string): InstantRange {
  const range = { fromUs: toUs(query.from, timeZone), toUs: toUs(query.to, timeZone) };
  if (range.fromUs !== null && range.toUs !== null && range.fromUs > range.toUs) {
    throw new Problem(400, 'range_invalid', 'from must not be after to.');
  }
  return range;
}
