import type { Instant } from '../../catalogue/parse-instant';
import { localDay } from '../../catalogue/zone-offset';
import { Problem } from '../../common/problem';
import { parseQueryInstant } from './parse-query-instant';
import { parameter } from './query-fields';

const dayMs = 86_400_000;

/** Days between two midnights of a wall clock, in ms as if they were UTC; the end is exclusive. */
export interface DayRange {
  readonly fromWallMs: number;
  readonly toWallMs: number;
}

/** A date, `2026-05-01`. */
const dateParameter = parameter('a date, as 2026-05-01', (text): Instant | undefined =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseQueryInstant(text) : undefined,
);

/** One day by `date`, or several by `from` and `to` (exclusive). */
export const dayParameters = {
  date: dateParameter.meta({ examples: ['2024-05-01'] }).optional(),
  from: dateParameter.meta({ description: 'The first day: a date, as 2026-05-01.' }).optional(),
  to: dateParameter.meta({ description: 'The day after the last: a date, as 2026-05-02.' }).optional(),
};

/**
 * The days that are asked for: that of `date`; from `from` to `to`, where a missing end is tomorrow and a missing
 * beginning a week before the end; without anything today. Today is the user's, by `timeZone`.
 *
 * Errors: throws Problem 400 `range_invalid` when `from` is not before `to`, or there are more than `maxDays` days;
 * `query_invalid` for `date` with one of the others.
 */
export function readDays(
  { date, from, to }: { date?: Instant | undefined; from?: Instant | undefined; to?: Instant | undefined },
  timeZone: string,
  maxDays: number,
): DayRange {
  if (date !== undefined) {
    if (from !== undefined || to !== undefined) throw new Problem(400, 'query_invalid', 'Give date, or from and to.');
    return { fromWallMs: date.atMs, toWallMs: date.atMs + dayMs };
  }
  const today = localDay(Date.now(), timeZone) * dayMs;
  if (from === undefined && to === undefined) return { fromWallMs: today, toWallMs: today + dayMs };
  const toWallMs = to?.atMs ?? today + dayMs;
  const fromWallMs = from?.atMs ?? toWallMs - 7 * dayMs;
  if (fromWallMs >= toWallMs)
    throw new Problem(400, 'range_invalid', 'from must be before to, the day after the last.');
  if (toWallMs - fromWallMs > maxDays * dayMs) throw new Problem(400, 'range_invalid', `At most ${maxDays} days.`);
  return { fromWallMs, toWallMs };
}
