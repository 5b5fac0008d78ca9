import { type Instant, isInYears, parseInstant } from '../../catalogue/parse-instant';
import type { RejectReason } from '../../catalogue/reject-reason';
import { zoneOffsetMinutes } from '../../catalogue/zone-offset';
import type { PayloadContext } from './payload-context';

/**
 * Reads a date as the phone sent it; what came without an offset is read as wall-clock time in the user's zone.
 *
 * Returns the reason when it is absent (`date_missing`), in no known form (`date_unreadable`), or further ahead of the
 * receipt than the tolerance (`date_in_future`). Never substitutes another date.
 */
export function readInstant(value: unknown, context: PayloadContext): Instant | RejectReason {
  if (value === undefined || value === null || value === '') return 'date_missing';
  const instant = parseInstant(value);
  if (instant === null) return 'date_unreadable';
  if (!instant.hasOffset) {
    const isEpoch = typeof value === 'number' || /^[\d.]+$/.test(String(value));
    const offsetMinutes = zoneOffsetMinutes(instant.atMs, context.timeZone, isEpoch ? 'instant' : 'wall');
    instant.offsetMinutes = offsetMinutes;
    if (!isEpoch) instant.atMs -= offsetMinutes * 60_000;
    // Midnight of the first day anywhere in the east lies before the first year of UTC.
    if (!isInYears(instant.atMs)) return 'date_unreadable';
  }
  return instant.atMs > context.receivedAtMs + context.futureToleranceMs ? 'date_in_future' : instant;
}
