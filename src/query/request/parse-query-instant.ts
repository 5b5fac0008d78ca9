import { type Instant, parseInstant } from '../../catalogue/parse-instant';

/**
 * Reads a date or time of ISO 8601 from a query string: `2026-05-01`, `2026-05-01T14:30`, with seconds, a fraction,
 * and `Z`, `+02:00`, `+0200` or `+02`. A `+` that was not escaped in the URL arrives as a blank and is read as `+`.
 *
 * Without an offset `atMs` is the wall-clock reading, as {@link parseInstant} says. Undefined for whatever else.
 */
export function parseQueryInstant(text: string): Instant | undefined {
  // Epoch numbers are no ISO 8601, and which unit they are in would be a guess.
  if (!/^\d{4}-/.test(text)) return undefined;
  return parseInstant(text.replace(/(?<=:\d{2}(?:[.,]\d{1,9})?) {1,2}(?=\d{2}(?::?\d{2})?$)/, '+')) ?? undefined;
}
