import type { BlockCell } from '../../catalogue/column-block';

/** An instant as `2026-05-01T12:30:00.000Z`, rounded down to the millisecond. */
export function isoFromUs(us: string | bigint): string {
  const value = BigInt(us);
  // Division of bigints rounds towards zero, which is up before 1970.
  const floored = value < 0n ? value - 999n : value;
  return new Date(Number(floored / 1000n)).toISOString();
}

/** The same of a Date; null stays null. */
export function isoOrNull(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}

/** An instant as text for a `timestamptz` parameter, to the microsecond; null gives `absent`. */
export function timestampFromUs(us: bigint | null, absent: 'infinity' | '-infinity'): string {
  if (us === null) return absent;
  const microseconds = ((us % 1000n) + 1000n) % 1000n;
  return `${isoFromUs(us).slice(0, -1)}${String(microseconds).padStart(3, '0')}Z`;
}

/**
 * An instant as text for a `timestamptz` parameter, or a wall-clock reading as if it were UTC for a `timestamp`: also
 * before the year 1 and after 9999, which PostgreSQL writes in another way than ISO 8601.
 */
export function timestampFromMs(ms: number): string {
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  const rest = date.toISOString().replace(/^[+-]?\d+/, '');
  // There is no year 0: the one before the year 1 is the first before Christ.
  return year > 0 ? `${String(year).padStart(4, '0')}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`;
}

/** The instant of a point, from its ms since 1970; null where there is none. */
export function isoFromCell(cell: BlockCell | undefined): string | null {
  return typeof cell === 'number' ? new Date(Math.floor(cell)).toISOString() : null;
}
