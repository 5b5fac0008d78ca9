import { eventFamily } from '../../../catalogue/families';
import type { Instant } from '../../../catalogue/parse-instant';
import type { RejectReason } from '../../../catalogue/reject-reason';
import { uuidV5 } from '../../../common/uuid';
import type { NormalisedPayload } from '../normalised-payload';
import type { ElementFields } from './element-fields';
import { readDetails } from './read-details';

/** What tells the events of the one table apart. */
export type EventKind = 'cycle_tracking' | 'heart_rate_notification' | 'medication' | 'state_of_mind' | 'symptom';

/** An event as its reader understood it; the fields that it did not take become the details. */
export interface EventReading {
  readonly kind: EventKind;
  /** What tells it apart from the other events of its kind; decides which row is updated when it is sent again. */
  readonly naturalKey: readonly (string | number | null)[];
  readonly name: string | null;
  readonly source: string;
  readonly start: Instant | null;
  readonly end: Instant | null;
  readonly value: string | null;
}

/** Adds an event to its batch, or returns why not. */
export function addEvent(event: EventReading, fields: ElementFields, payload: NormalisedPayload): RejectReason | null {
  const { kind, name, start, end } = event;
  if (fields.reason !== null) return fields.reason;
  if (name === null) return 'name_missing';
  if (start === null) return 'date_missing';
  if (end !== null && end.atMs < start.atMs) return 'end_before_start';
  const details = readDetails(fields.rest());
  if (typeof details === 'string') return details;
  payload.batch(eventFamily).append({
    id: uuidV5(kind, ...event.naturalKey),
    kind,
    name,
    source: event.source,
    started_at: start.atMs,
    ended_at: end?.atMs ?? null,
    value: event.value,
    details: details.json,
    zone_offset_minutes: start.offsetMinutes,
    flags: 0,
  });
  return null;
}
