const dayMs = 86_400_000;
const days = /^(\d{1,5})d$/;
const isoInstant = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/;

/**
 * Reads when a key ends: `90d` from now, a date (from its 00:00 UTC on it is over) or an instant with its offset.
 * Null for anything else, for a day that no calendar has and for what is not in the future.
 */
export function parseExpiry(text: string, nowMs: number): Date | null {
  const [, count] = days.exec(text) ?? [];
  const [, date] = isoInstant.exec(text) ?? [];
  if (date !== undefined && !isCalendarDay(date)) return null;
  const atMs =
    count === undefined ? (date === undefined ? Number.NaN : Date.parse(text)) : nowMs + Number(count) * dayMs;
  return atMs > nowMs ? new Date(atMs) : null;
}

/** JavaScript reads 30 February as 2 March. */
function isCalendarDay(date: string): boolean {
  const atMs = Date.parse(date);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(date);
}
