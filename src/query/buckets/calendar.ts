/** What a bucket can be. Weeks begin on Monday (ISO 8601). */
export const bucketUnits = ['hour', 'day', 'week', 'month'] as const;

/** One of {@link bucketUnits}. */
export type BucketUnit = (typeof bucketUnits)[number];

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** 1970-01-05, the first Monday of the epoch. */
const firstMondayMs = 4 * dayMs;

const lengthMs = { hour: hourMs, day: dayMs, week: 7 * dayMs } as const;

function monthStart(wallMs: number, months: number): number {
  const date = new Date(wallMs);
  const start = new Date(0);
  // Date.UTC would take the years 0 to 99 for those of the last century.
  start.setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  return start.getTime();
}

/** The beginning of the bucket that a wall-clock reading (in ms, as if it were UTC) lies in. */
export function floorTo(unit: BucketUnit, wallMs: number): number {
  if (unit === 'month') return monthStart(wallMs, 0);
  const origin = unit === 'week' ? firstMondayMs : 0;
  return Math.floor((wallMs - origin) / lengthMs[unit]) * lengthMs[unit] + origin;
}

/** The beginning of the bucket that many after the one that begins at `startWallMs`; before it for a negative count. */
export function plusBuckets(unit: BucketUnit, startWallMs: number, count: number): number {
  return unit === 'month' ? monthStart(startWallMs, count) : startWallMs + count * lengthMs[unit];
}

/** The same as {@link floorTo}, up to the next beginning. */
export function ceilTo(unit: BucketUnit, wallMs: number): number {
  const floored = floorTo(unit, wallMs);
  return floored === wallMs ? floored : plusBuckets(unit, floored, 1);
}

/** A date, `2026-05-01`, of a wall-clock reading. */
export function dateText(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, -'T00:00:00.000Z'.length);
}

/** How an answer names a bucket: by its first date, an hour by its wall clock with the offset (`…T14:00:00+02:00`). */
export function bucketText(unit: BucketUnit, wallMs: number, offsetMinutes: number): string {
  if (unit !== 'hour') return dateText(wallMs);
  const minutes = Math.abs(offsetMinutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  const offset = `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return `${new Date(wallMs).toISOString().slice(0, -5)}${offset}`;
}
