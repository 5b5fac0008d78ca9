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

/** Where the years 1 to 9999 of UTC begin and end: no sample lies beyond, and neither does PostgreSQL's notation. */
const minAtMs = Date.parse('0001-01-01T00:00:00Z');
const maxAtMs = Date.parse('9999-12-31T23:59:59.999Z');

function toUs(instant: Instant | undefined, timeZone: string): bigint | null {
  if (instant === undefined) return null;
  const offsetMinutes = instant.hasOffset ? 0 : zoneOffsetMinutes(instant.atMs, timeZone, 'wall');
  const atMs = instant.atMs - offsetMinutes * 60_000;
  return BigInt(Math.min(Math.max(atMs, minAtMs), maxAtMs)) * 1000n;
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
