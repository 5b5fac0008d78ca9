import { Granularity } from '../../../catalogue/granularity';

const minuteMs = 60_000;

/** FHIR's years have four digits. */
const maxAtMs = Date.parse('9999-12-31T23:59:59.999Z');

/** An instant with the offset that the phone was in: `2026-05-01T14:30:00.000+02:00`. */
function fhirDateTime(atMs: number, offsetMinutes: number): string {
  const local = new Date(atMs + offsetMinutes * minuteMs).toISOString().slice(0, -1);
  const size = Math.abs(offsetMinutes);
  const two = (number: number): string => String(number).padStart(2, '0');
  // FHIR has no offset beyond 14 hours and no year 0 or 10000; in UTC it is the same instant.
  if (size > 14 * 60 || local.length !== 23 || local.startsWith('0000')) return new Date(atMs).toISOString();
  return `${local}${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

const lengthMs: Readonly<Record<number, number>> = {
  [Granularity.minute]: minuteMs,
  [Granularity.hour]: 60 * minuteMs,
  [Granularity.day]: 24 * 60 * minuteMs,
  [Granularity.week]: 7 * 24 * 60 * minuteMs,
};

/** Where the span that began at an instant ends, by the offset at its beginning; the instant itself for a raw sample. */
function endOfSpan(atMs: number, offsetMinutes: number, granularity: number): number {
  const length = lengthMs[granularity];
  if (length !== undefined) return atMs + length;
  const local = new Date(atMs + offsetMinutes * minuteMs);
  if (granularity === Granularity.month) local.setUTCMonth(local.getUTCMonth() + 1);
  else if (granularity === Granularity.year) local.setUTCFullYear(local.getUTCFullYear() + 1);
  return local.getTime() - offsetMinutes * minuteMs;
}

/** A stretch of time; what has no end yet has none. */
export function fhirPeriod(startMs: number, endMs: number | null, offsetMinutes: number): object {
  const start = fhirDateTime(startMs, offsetMinutes);
  return endMs === null ? { start } : { start, end: fhirDateTime(endMs, offsetMinutes) };
}

/** When a sample was taken: an instant for a raw one, else the span that it covers. */
export function fhirEffective(atMs: number, offsetMinutes: number, granularity: number): object {
  if (granularity === Granularity.raw) return { effectiveDateTime: fhirDateTime(atMs, offsetMinutes) };
  const endMs = Math.min(endOfSpan(atMs, offsetMinutes, granularity), maxAtMs);
  return { effectivePeriod: fhirPeriod(atMs, endMs, offsetMinutes) };
}
