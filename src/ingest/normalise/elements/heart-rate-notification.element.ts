import { isJsonObject } from '../../../catalogue/json';
import type { ElementNormaliser } from '../element-normaliser';
import { addEvent } from './add-event';
import { ElementFields, maxWordLength } from './element-fields';
import { readText } from './read-text';

/**
 * Reads a heart-rate notification; the same by start, source and its type, or its threshold where no type is sent.
 *
 * `name` is its type (`low_heart_rate_notification`), or `heart_rate_notification`; `value` is the threshold, which
 * some versions of the app spell `threshhold`. The details hold the readings that led to it, as sent.
 */
export const readHeartRateNotification: ElementNormaliser = (element, payload) => {
  const fields = new ElementFields(element, payload.context);
  const start = fields.instant('start');
  const end = fields.instant('end');
  const type = fields.text('heartNotification');
  const source = fields.source('source');
  const threshold = fields.peek('threshold') ?? fields.peek('threshhold');
  const reading = readText(isJsonObject(threshold) ? threshold['qty'] : threshold, maxWordLength);
  if (typeof reading === 'string') return reading;
  const value = reading.text;
  const name = type ?? 'heart_rate_notification';
  const naturalKey = [start?.atMs ?? null, type ?? value, source];
  return addEvent({ kind: 'heart_rate_notification', naturalKey, name, source, start, end, value }, fields, payload);
};
