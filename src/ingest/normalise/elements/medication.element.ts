import type { ElementNormaliser } from '../element-normaliser';
import { readInstant } from '../read-instant';
import { addEvent } from './add-event';
import { ElementFields } from './element-fields';

/**
 * Reads a dose of a medication; the same by its name and the time it was scheduled for, else by name and start, so that
 * a dose that is taken later than it was first sent stays one.
 *
 * `name` is its `displayText`, `value` its status as sent, which is localised. The details hold dosage, schedule,
 * codings and the rest.
 */
export const readMedication: ElementNormaliser = (element, payload) => {
  const fields = new ElementFields(element, payload.context);
  const name = fields.text('displayText');
  const end = fields.instant('end');
  const source = fields.source('source');
  const value = fields.text('status');
  // A dose may be scheduled for any time ahead; only what happened cannot lie there.
  const anyTime = { ...payload.context, futureToleranceMs: Number.POSITIVE_INFINITY };
  const scheduled = readInstant(fields.peek('scheduledDate'), anyTime);
  if (scheduled === 'date_unreadable') fields.reject(scheduled);
  const start = fields.instant('start') ?? fields.instant('scheduledDate');
  fields.keep('scheduledDate');
  const at = typeof scheduled === 'string' ? start : scheduled;
  const naturalKey = [name, at?.atMs ?? null];
  return addEvent({ kind: 'medication', naturalKey, name, source, start, end, value }, fields, payload);
};
