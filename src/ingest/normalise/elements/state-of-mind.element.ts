import type { ElementNormaliser } from '../element-normaliser';
import { addEvent } from './add-event';
import { ElementFields } from './element-fields';
import { snakeCase } from './snake-case';

/** HealthKit's HKStateOfMind.ValenceClassification, 1 to 7, in the words of the app. */
const classifications = [
  'very_unpleasant',
  'unpleasant',
  'slightly_unpleasant',
  'neutral',
  'slightly_pleasant',
  'pleasant',
  'very_pleasant',
] as const;

function classificationOf(text: string | null): string | null {
  if (text === null) return null;
  return classifications[Number(text) - 1] ?? snakeCase(text);
}

/**
 * Reads a state of mind; the same by its `id`, else by start and kind.
 *
 * `name` is its kind (`momentary_emotion`, `daily_mood`), `value` its class of valence in words whether it was sent as
 * a word or as 1 to 7. The details hold the valence (-1 to 1), the class as sent, labels, associations and the rest.
 */
export const readStateOfMind: ElementNormaliser = (element, payload) => {
  const fields = new ElementFields(element, payload.context);
  const kind = fields.text('kind');
  const start = fields.instant('start');
  const end = fields.instant('end');
  const source = fields.source('source');
  const id = fields.text('id');
  const valence = fields.peek('valence') ?? null;
  if (valence !== null && (typeof valence !== 'number' || !Number.isFinite(valence))) {
    fields.reject('value_not_a_number');
  } else if (valence !== null && Math.abs(valence) > 1) fields.reject('value_impossible');
  const value = classificationOf(fields.text('valenceClassification'));
  fields.keep('id', 'valenceClassification');
  const name = kind === null ? 'state_of_mind' : snakeCase(kind);
  const naturalKey = id === null ? [start?.atMs ?? null, name] : [id.toLowerCase()];
  return addEvent({ kind: 'state_of_mind', naturalKey, name, source, start, end, value }, fields, payload);
};
