import type { ElementNormaliser } from '../element-normaliser';
import { addEvent } from './add-event';
import { ElementFields } from './element-fields';

/**
 * Reads an entry of cycle tracking; the same by start, name and source.
 *
 * `name` and `value` are as sent, in the language of the phone; the end may be open.
 */
export const readCycleTracking: ElementNormaliser = (element, payload) => {
  const fields = new ElementFields(element, payload.context);
  const start = fields.instant('start');
  const end = fields.instant('end');
  const name = fields.text('name');
  const source = fields.source('source');
  const value = fields.text('value');
  const naturalKey = [start?.atMs ?? null, name, source];
  return addEvent({ kind: 'cycle_tracking', naturalKey, name, source, start, end, value }, fields, payload);
};
