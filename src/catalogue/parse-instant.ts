/**
 * A date as the phone sent it. A fresh object each time: a caller may fill in an offset that the text did not have.
 *
 * `atMs` is in whole ms since 1970-01-01T00:00Z, within the years 1 to 9999 of UTC. Where the text has no offset, it is
 * the wall-clock reading written as if it were UTC; for an epoch number it is the instant itself.
 */
export interface Instant {
  atMs: number;
  /** Minutes east of UTC; 0 where none was sent. */
  offsetMinutes: number;
  /** False for a text without an offset, and for an epoch number. */
  hasOffset: boolean;
  /** True for a date without a time of day; `atMs` is its midnight. */
  dateOnly: boolean;
}

/** 0001-01-01T00:00:00.000Z. */
const minAtMs = -62_135_596_800_000;
/** 9999-12-31T23:59:59.999Z. */
const maxAtMs = 253_402_300_799_999;

/** Whether an instant lies in the years 1 to 9999 of UTC, which is what can be kept and written again. */
export function isInYears(atMs: number): boolean {
  // Also false for NaN.
  return atMs >= minAtMs && atMs <= maxAtMs;
}

/** PostgreSQL's own limit; the widest offset that ever was in force is Manila's -15:56. */
const maxOffsetMinutes = 15 * 60 + 59;
/** 2001-01-01T00:00:00Z, where Apple's reference time starts. */
const appleEpochMs = 978_307_200_000;

/**
 * Numbers below are seconds, from it on milliseconds: as seconds it is in the year 5138, as milliseconds in 1973, long
 * before there was a phone to send it.
 */
const millisecondsFrom = 1e11;
/**
 * Smaller numbers are no dates: as seconds they are within three years of 1970, and what is sent by mistake (0, a year,
 * 20240206) is among them.
 */
const smallestEpochNumber = 1e8;

/** No known form is longer; a bound on what a hostile text can cost. */
const maxTextLength = 64;

/** Seconds (9 to 10 digits) or milliseconds (13): what lies between is not one of them but a date without separators. */
const epochText = /^(?:\d{9,10}|\d{13})(?:\.\d{1,9})?$/;

// Every blank of Unicode is \s, so that the no-break blanks that iOS puts before AM and PM are.
const dateText =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([AaPp])\.?\s?[Mm]\.?)?(?:\s*([Zz]|[+-]\d{2}(?::?\d{2})?))?)?$/;

/** Days from 1970-01-01 of a date in the Gregorian calendar of all time, for years from 1 on. */
function daysSince1970(year: number, month: number, day: number): number {
  // Years that begin in March put the leap day last, where it moves no other date.
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.trunc(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.trunc((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.trunc(yearOfEra / 4) - Math.trunc(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Checks every part and puts them together; null when any is out of its range, so that nothing ever rolls over. */
function instantOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
  offsetMinutes: number | null,
  dateOnly: boolean,
): Instant | null {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  // A second 60 is refused: phones count POSIX time, which has none, so it is a fault and not a leap second.
  if (hour > 23 || minute > 59 || second > 59) return null;
  const offset = offsetMinutes ?? 0;
  if (offset > maxOffsetMinutes || offset < -maxOffsetMinutes) return null;
  const secondOfDay = hour * 3_600 + (minute - offset) * 60 + second;
  const atMs = daysSince1970(year, month, day) * 86_400_000 + secondOfDay * 1_000 + ms;
  if (!isInYears(atMs)) return null;
  return { atMs, offsetMinutes: offset, hasOffset: offsetMinutes !== null, dateOnly };
}

/** The number of two digits, or -1 where there are none. */
function twoDigits(text: string, index: number): number {
  const tens = text.charCodeAt(index) - 48;
  const ones = text.charCodeAt(index + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/**
 * `2024-02-06 14:30:00 -0800`, the form of nearly every sample: read by character codes, because a body has as many
 * dates as samples. Undefined when the text is of another form.
 */
function parseDefaultForm(text: string): Instant | null | undefined {
  if (
    text.length !== 25 ||
    text.charCodeAt(4) !== 45 /* - */ ||
    text.charCodeAt(7) !== 45 ||
    text.charCodeAt(10) !== 32 /* blank */ ||
    text.charCodeAt(13) !== 58 /* : */ ||
    text.charCodeAt(16) !== 58 ||
    text.charCodeAt(19) !== 32
  ) {
    return undefined;
  }
  const sign = text.charCodeAt(20);
  const century = twoDigits(text, 0);
  const yearOfCentury = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  const offsetHour = twoDigits(text, 21);
  const offsetMinute = twoDigits(text, 23);
  if (sign !== 43 /* + */ && sign !== 45) return undefined;
  // Negative where any of them is.
  if ((century | yearOfCentury | month | day | hour | minute | second | offsetHour | offsetMinute) < 0)
    return undefined;
  if (offsetMinute > 59) return null;
  const offset = offsetHour * 60 + offsetMinute;
  const offsetMinutes = sign === 45 ? 0 - offset : offset;
  return instantOf(century * 100 + yearOfCentury, month, day, hour, minute, second, 0, offsetMinutes, false);
}

/** Hours of a twelve-hour clock; null when there is no such hour on it. Some regions write 0 where others write 12. */
function hourOfHalfDay(hour: number, half: string): number | null {
  if (hour > 12) return null;
  return (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
}

function parseOffset(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (text === 'Z' || text === 'z') return 0;
  const minutes = text.length > 3 ? Number(text.slice(-2)) : 0;
  const offset = Number(text.slice(1, 3)) * 60 + minutes;
  // Beyond every limit, so that it is refused with the rest.
  if (minutes > 59) return Number.POSITIVE_INFINITY;
  return text.startsWith('-') ? 0 - offset : offset;
}

function parseOtherForm(text: string): Instant | null {
  if (text.length > maxTextLength) return null;
  if (epochText.test(text)) return fromEpochNumber(Number(text));
  const match = dateText.exec(text.trim());
  if (match === null) return null;
  const [, year, month, day, hourText, minute = '0', second = '0', fraction = '', half, offset] = match;
  const hour = half === undefined ? Number(hourText ?? 0) : hourOfHalfDay(Number(hourText), half);
  if (hour === null) return null;
  return instantOf(
    Number(year),
    Number(month),
    Number(day),
    hour,
    Number(minute),
    Number(second),
    Number(fraction.padEnd(3, '0').slice(0, 3)),
    parseOffset(offset),
    hourText === undefined,
  );
}

function fromMilliseconds(ms: number): Instant | null {
  const atMs = Math.round(ms);
  if (!isInYears(atMs)) return null;
  return { atMs, offsetMinutes: 0, hasOffset: false, dateOnly: false };
}

function fromEpochNumber(value: number): Instant | null {
  const size = Math.abs(value);
  if (size < smallestEpochNumber) return null;
  return fromMilliseconds(size < millisecondsFrom ? value * 1_000 : value);
}

/**
 * Reads a date in any form the app is known to send: `2024-02-06 14:30:00 -0800` with `.SSS`, `T`, `Z`, `-08:00`,
 * `-08`, AM or PM in any case behind any blank, or no offset; a date alone; epoch seconds or milliseconds (see
 * {@link millisecondsFrom}) as a number or a text of digits.
 *
 * Returns null for whatever else, for dates that are not in the calendar (a month 13, February 30, 24:00, a second 60)
 * and for years outside 1 to 9999: never now, and never the day after. Fractions below a millisecond are dropped in
 * texts and rounded in numbers. Never throws.
 */
export function parseInstant(value: unknown): Instant | null {
  if (typeof value === 'string') {
    const instant = parseDefaultForm(value);
    return instant === undefined ? parseOtherForm(value) : instant;
  }
  return typeof value === 'number' ? fromEpochNumber(value) : null;
}

/**
 * Reads seconds since 2001-01-01T00:00:00Z, Apple's reference time, as in the app's `.hae` files. A separate function,
 * because such a number cannot be told from epoch seconds. Null unless finite and within the years 1 to 9999.
 */
export function fromAppleEpoch(seconds: number): Instant | null {
  return fromMilliseconds(seconds * 1_000 + appleEpochMs);
}
