/**
 * What one sample covers, and the one rule by which it is found.
 *
 * The app's aggregation is a setting of each automation and does not come with the sample, so it is inferred, for each
 * sample on its own, by the first of these that applies. A boundary is always one of local time, by the sample's own
 * offset.
 *
 * 1. The sample has a start and an end: the calendar minute, hour, day, week (seven days from any midnight), month or
 *    year that it fills exactly, else raw. An end 1 s or 1 ms short of the boundary counts as on it. Where clocks
 *    changed in between, a day of 23 to 25 hours is a day.
 * 2. The `automation-aggregation` header names a granularity: that one when the sample lies on its boundary, else raw,
 *    for types that the app does not aggregate come as they were measured. A week may begin on any midnight.
 * 3. Else how the instants of the metric's block lie, all of them: all on midnights is day, all on full hours is hour,
 *    all on full minutes is minute, else raw. A block of one sample is no exception: a lone midnight is far more often
 *    yesterday's total than a reading taken in that very second.
 *
 * 4. A sample of rule 3 that lies on a full minute may be stored already, sent in other company by which another
 *    granularity was found. A stored row of the same metric, instant and source with the same value is the same sample.
 *    So is one with another value whose granularity was inferred as well, when the block is too small to be sure of
 *    itself (under three samples) and both cover less than a day, or both a day or more. The sample then keeps the
 *    stored granularity. What was named by rule 1 or 2 is never replaced by a block that is not sure of itself: a sample
 *    whose own granularity such a row holds with another value is raw, beside it (`batch/adopt-granularity.ts`).
 *
 * Known limits: rule 3 can take readings that were all typed in on full minutes for minutes. Where clocks skip midnight,
 * the day that begins at 01:00 is raw by rule 2 and an hour by rule 3.
 */
import type { Instant } from './parse-instant';

/** Codes as stored; from fine to coarse. Permanent, being part of the samples' keys. */
export const Granularity = { raw: 0, minute: 1, hour: 2, day: 3, week: 4, month: 5, year: 6 } as const;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The widest change of clocks within one day in use. */
const maxClockChangeMs = hourMs;

/** How far before the boundary an end may lie: `23:59:59` and `23:59:59.999` are written for midnight. */
const shortEndsMs = [0, 1, 1_000] as const;

const granularityByWord: ReadonlyMap<string, number> = new Map([
  ...['minute', 'minutes', 'minutely'].map((word) => [word, Granularity.minute] as const),
  ...['hour', 'hours', 'hourly'].map((word) => [word, Granularity.hour] as const),
  ...['day', 'days', 'daily'].map((word) => [word, Granularity.day] as const),
  ...['week', 'weeks', 'weekly'].map((word) => [word, Granularity.week] as const),
  ...['month', 'months', 'monthly'].map((word) => [word, Granularity.month] as const),
  ...['year', 'years', 'yearly'].map((word) => [word, Granularity.year] as const),
]);

/** The wall-clock reading, as ms since 1970 as if it were UTC. */
function wallClockMs(instant: Instant): number {
  return instant.atMs + instant.offsetMinutes * minuteMs;
}

function monthNumber(wallMs: number): number {
  const date = new Date(wallMs);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function isFirstOfMonth(wallMs: number): boolean {
  return new Date(wallMs).getUTCDate() === 1;
}

/** The granularity of a span, of which the start is in wall-clock time and both lengths are known. */
function granularityOfLength(startWallMs: number, wallLengthMs: number, lengthMs: number): number {
  if (lengthMs === minuteMs) return startWallMs % minuteMs === 0 ? Granularity.minute : Granularity.raw;
  if (lengthMs === hourMs) return startWallMs % hourMs === 0 ? Granularity.hour : Granularity.raw;
  const isOfWholeDays = startWallMs % dayMs === 0 && wallLengthMs % dayMs === 0 && lengthMs > hourMs;
  if (!isOfWholeDays || Math.abs(wallLengthMs - lengthMs) > maxClockChangeMs) return Granularity.raw;
  if (wallLengthMs === dayMs) return Granularity.day;
  if (wallLengthMs === 7 * dayMs) return Granularity.week;
  const endWallMs = startWallMs + wallLengthMs;
  if (!isFirstOfMonth(startWallMs) || !isFirstOfMonth(endWallMs)) return Granularity.raw;
  const startMonth = monthNumber(startWallMs);
  const months = monthNumber(endWallMs) - startMonth;
  if (months === 1) return Granularity.month;
  return months === 12 && startMonth % 12 === 0 ? Granularity.year : Granularity.raw;
}

/** Rule 1: the calendar span that `[start, end)` fills exactly; raw when none, or when the span has no length. */
export function granularityFromSpan(start: Instant, end: Instant): number {
  const startWallMs = wallClockMs(start);
  const wallLengthMs = wallClockMs(end) - startWallMs;
  const lengthMs = end.atMs - start.atMs;
  for (const shortMs of shortEndsMs) {
    const granularity = granularityOfLength(startWallMs, wallLengthMs + shortMs, lengthMs + shortMs);
    if (granularity !== Granularity.raw) return granularity;
  }
  return Granularity.raw;
}

/**
 * Rule 2, first half: the granularity that the `automation-aggregation` header names, in any case. Null when it names
 * none: absent, empty, `Default`, or in a language other than English.
 */
export function granularityFromHeader(header: string | undefined): number | null {
  if (header === undefined) return null;
  return granularityByWord.get(header.trim().toLowerCase()) ?? null;
}

/** Whether an instant is where a span of the granularity can begin, in its own local time. Always true for raw. */
export function isOnBoundary(granularity: number, instant: Instant): boolean {
  if (granularity === Granularity.raw) return true;
  const wallMs = wallClockMs(instant);
  if (granularity === Granularity.minute) return wallMs % minuteMs === 0;
  if (granularity === Granularity.hour) return wallMs % hourMs === 0;
  if (wallMs % dayMs !== 0) return false;
  if (granularity <= Granularity.week) return true;
  return isFirstOfMonth(wallMs) && (granularity === Granularity.month || monthNumber(wallMs) % 12 === 0);
}

/** Rule 3: fed with every instant of one metric's block, in any order. */
export class BlockGranularity {
  #coarsest: number = Granularity.day;
  #isEmpty = true;

  /** Takes the next instant into account. */
  add(instant: Instant): void {
    this.#isEmpty = false;
    while (!isOnBoundary(this.#coarsest, instant)) this.#coarsest -= 1;
  }

  /** The granularity of what was added so far; raw for nothing. */
  result(): number {
    return this.#isEmpty ? Granularity.raw : this.#coarsest;
  }
}

/**
 * The whole rule for one sample.
 *
 * `recordedAt` is the sample's instant, `start` and `end` its own span where it was sent with both, `named` what
 * {@link granularityFromHeader} gave for the request, and `ofBlock` what {@link BlockGranularity} gave for its block.
 */
export function granularityOfSample(
  recordedAt: Instant,
  start: Instant | null,
  end: Instant | null,
  named: number | null,
  ofBlock: number,
): number {
  if (start !== null && end !== null) return granularityFromSpan(start, end);
  if (named === null) return ofBlock;
  return isOnBoundary(named, recordedAt) ? named : Granularity.raw;
}
