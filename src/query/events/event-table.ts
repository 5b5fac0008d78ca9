import type { JsonObject } from '../../catalogue/json';
import { isoFromUs, isoOrNull } from '../paging/instant-text';
import type { PagedTable } from '../paging/read-page';
import { type MarkedRow, type Marks, markColumns, marksOf } from '../paging/row-marks';

/** The kinds of event that there are. */
export const eventKinds = [
  'state_of_mind',
  'medication',
  'symptom',
  'cycle_tracking',
  'heart_rate_notification',
] as const;

/** A symptom, a day of cycle tracking, a state of mind, a medication or a heart-rate notification. */
export interface HealthEvent extends Marks {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly source: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** The one word that says most: a severity, a status, a classification. */
  readonly value: string | null;
  readonly details: JsonObject;
}

interface EventRow extends MarkedRow {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly source: string;
  readonly started_us: string;
  readonly ended_at: Date | null;
  readonly value: string | null;
  readonly details: JsonObject;
}

function toEvent(row: EventRow): HealthEvent {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    source: row.source,
    startedAt: isoFromUs(row.started_us),
    endedAt: isoOrNull(row.ended_at),
    value: row.value,
    details: row.details,
    ...marksOf(row),
  };
}

/** Events by their start. */
export const eventTable: PagedTable<EventRow, HealthEvent> = {
  table: 'health_events',
  key: [
    { name: 'started_at', type: 'instant' },
    { name: 'id', type: 'uuid' },
  ],
  columns: ['kind', 'name', 'source', 'ended_at', 'value', 'details', ...markColumns],
  toItem: toEvent,
};
