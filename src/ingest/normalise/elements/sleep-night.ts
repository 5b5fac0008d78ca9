import { sleepNightFamily } from '../../../catalogue/families';
import { SampleFlag } from '../../../catalogue/family';
import type { JsonObject } from '../../../catalogue/json';
import type { Instant } from '../../../catalogue/parse-instant';
import type { RejectReason } from '../../../catalogue/reject-reason';
import { uuidV5 } from '../../../common/uuid';
import type { NormalisedPayload } from '../normalised-payload';
import { ElementFields } from './element-fields';

const dayMs = 86_400_000;

/** More than a day holds is odd: the app adds up overlapping devices, and 82.7 hours were captured for one night. */
const usualHours = 24;

/** The hours of a leap year: the app can be set to add up years, and nothing beyond. */
const possibleHours = 24 * 366;

/** Columns by the fields that they are read from, in hours. */
const hourColumns = {
  totalSleep: 'total_sleep_hours',
  asleep: 'asleep_hours',
  core: 'core_hours',
  deep: 'deep_hours',
  rem: 'rem_hours',
  awake: 'awake_hours',
  inBed: 'in_bed_hours',
} as const;

const nightKeys = [...Object.keys(hourColumns), 'sleepStart', 'sleepEnd', 'inBedStart', 'inBedEnd'];

/** True for a night or nap that the phone added up, by its keys. */
export function isSleepNight(element: JsonObject): boolean {
  return nightKeys.some((key) => Object.hasOwn(element, key));
}

/** The hours of each column, null where none were sent. */
function readHours(fields: ElementFields, unitHours: number): Record<string, number | null> {
  const hours: Record<string, number | null> = {};
  for (const [field, column] of Object.entries(hourColumns)) {
    const value = fields.take(field) ?? null;
    hours[column] = null;
    if (value === null) continue;
    if (typeof value !== 'number' || !Number.isFinite(value)) fields.reject('value_not_a_number');
    else if (value < 0 || value * unitHours > possibleHours) fields.reject('value_impossible');
    else hours[column] = value * unitHours;
  }
  return hours;
}

function isBackwards(start: Instant | null, end: Instant | null): boolean {
  return start !== null && end !== null && end.atMs < start.atMs;
}

/**
 * Reads a night or nap as the phone added it up, in the form of either version of the app. `unitHours` is how many hours
 * one of the metric's unit has.
 *
 * The span is all that is known: from the first of the instants sent to the last, or the `date` alone. The wake date is
 * the local day of the last instant by its own offset, which is also the one stored; without an end it is that of
 * `date`. The old form has no `totalSleep`: its `asleep` is the total. Its source is that of the sleep, else that of
 * the time in bed. The id is that of this very span; which stored night it is, is found when it is written.
 */
export function readSleepNight(element: JsonObject, payload: NormalisedPayload, unitHours = 1): RejectReason | null {
  const fields = new ElementFields(element, payload.context);
  const date = fields.instant('date');
  const sleepStart = fields.instant('sleepStart');
  const sleepEnd = fields.instant('sleepEnd');
  const inBedStart = fields.instant('inBedStart');
  const inBedEnd = fields.instant('inBedEnd');
  const source = fields.source('source', 'sleepSource', 'inBedSource');
  const hours = readHours(fields, unitHours);
  if (fields.reason !== null) return fields.reason;
  if (isBackwards(sleepStart, sleepEnd) || isBackwards(inBedStart, inBedEnd)) return 'end_before_start';

  const times = [sleepStart, sleepEnd, inBedStart, inBedEnd].filter((instant) => instant !== null);
  const [first, ...others] = times.length > 0 ? times : [date];
  if (first === undefined || first === null) return 'date_missing';
  let [start, end] = [first, first];
  for (const instant of others as Instant[]) {
    if (instant.atMs < start.atMs) start = instant;
    if (instant.atMs > end.atMs) end = instant;
  }
  if (end.atMs - start.atMs > possibleHours * 3_600_000) return 'value_impossible';
  const hasHours = Object.values(hours).some((value) => value !== null);
  if (!hasHours && end.atMs === start.atMs) return 'value_missing';

  const total = hours[hourColumns.totalSleep] ?? hours[hourColumns.asleep] ?? null;
  const isOdd = Object.values(hours).some((value) => value !== null && value > usualHours);
  const wake = sleepEnd === null && inBedEnd === null ? (date ?? end) : end;
  payload.batch(sleepNightFamily).append({
    ...hours,
    id: uuidV5('night', source, start.atMs, end.atMs),
    source,
    wake_date: Math.floor((wake.atMs + wake.offsetMinutes * 60_000) / dayMs),
    started_at: start.atMs,
    ended_at: end.atMs,
    sleep_start_at: sleepStart?.atMs ?? null,
    sleep_end_at: sleepEnd?.atMs ?? null,
    in_bed_start_at: inBedStart?.atMs ?? null,
    in_bed_end_at: inBedEnd?.atMs ?? null,
    total_sleep_hours: total,
    zone_offset_minutes: wake.offsetMinutes,
    flags: isOdd || end.atMs - start.atMs > usualHours * 3_600_000 ? SampleFlag.odd : 0,
  });
  return null;
}
