import type { ElementNormaliser } from '../element-normaliser';
import { addEvent } from './add-event';
import { ElementFields } from './element-fields';

/**
 * Reads a symptom; the same by start, name and source.
 *
 * `name` and `value` (its severity) are as sent, in the language of the phone.
 */
export const readSymptom: ElementNormaliser = (element, payload) => {
  const fields = new ElementFields(element, payload.context);
  const start = fields.instant('start');
  const end = fields.instant('end');
  const name = fields.text('name');
  const source = fields.source('source');
  const value = fields.text('severity');
  const naturalKey = [start?.atMs ?? null, name, source];
  return addEvent({ kind: 'symptom', naturalKey, name, source, start, end, value }, fields, payload);
};
