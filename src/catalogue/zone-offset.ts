const formatters = new Map<string, Intl.DateTimeFormat>();

/** True when the runtime knows the IANA zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    formatterOf(timeZone);
    return true;
  } catch {
    return false;
  }
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
    // Zones come from the users' table, which only takes zones that exist: some 600 at most.
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

function offsetAtInstantMs(atMs: number, timeZone: string): number {
  const parts: Record<string, string> = {};
  for (const { type, value } of formatterOf(timeZone).formatToParts(atMs)) parts[type] = value;
  const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year']);
  const wall = new Date(0);
  wall.setUTCFullYear(year, Number(parts['month']) - 1, Number(parts['day']));
  wall.setUTCHours(Number(parts['hour']), Number(parts['minute']), Number(parts['second']));
  return wall.getTime() - Math.floor(atMs / 1000) * 1000;
}

/**
 * The offset of an IANA zone from UTC, in minutes east, rounded to whole minutes (zones before 1900 had seconds).
 *
 * `atMs` is an instant (`'instant'`), or a wall-clock reading written as if it were UTC (`'wall'`). A wall clock that
 * occurs twice (end of summer time) is read as the first; one that never occurs is read with the offset before the gap.
 */
export function zoneOffsetMinutes(atMs: number, timeZone: string, meaning: 'instant' | 'wall'): number {
  if (timeZone === 'UTC') return 0;
  if (meaning === 'instant') return Math.round(offsetAtInstantMs(atMs, timeZone) / 60_000);
  // No zone changes twice within a day, so these are the offsets on either side of any change of that night.
  const beforeMs = offsetAtInstantMs(atMs - 86_400_000, timeZone);
  const afterMs = offsetAtInstantMs(atMs + 86_400_000, timeZone);
  const isAfter =
    offsetAtInstantMs(atMs - beforeMs, timeZone) !== beforeMs &&
    offsetAtInstantMs(atMs - afterMs, timeZone) === afterMs;
  return Math.round((isAfter ? afterMs : beforeMs) / 60_000);
}

const quarterMs = 900_000;

/** The day of the last quarter of an hour that was asked for, by zone. */
const lastDays = new Map<string, { readonly quarter: number; readonly day: number }>();

/**
 * The local day of a present-day instant in a zone, in days since 1970-01-01. Offsets have been whole quarters of an hour
 * since 1972, when Liberia was the last to give up its own, and so no day begins within a quarter: each is looked up once.
 */
export function localDay(atMs: number, timeZone: string): number {
  const quarter = Math.floor(atMs / quarterMs);
  const last = lastDays.get(timeZone);
  if (last?.quarter === quarter) return last.day;
  const day = Math.floor((quarter * 15 + zoneOffsetMinutes(quarter * quarterMs, timeZone, 'instant')) / 1440);
  lastDays.set(timeZone, { quarter, day });
  return day;
}
