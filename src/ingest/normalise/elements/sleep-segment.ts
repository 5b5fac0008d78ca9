import { sleepSegmentFamily } from '../../../catalogue/families';
import { SampleFlag } from '../../../catalogue/family';
import type { JsonObject } from '../../../catalogue/json';
import type { ElementNormaliser } from '../element-normaliser';
import { ElementFields } from './element-fields';
import { snakeCase } from './snake-case';

/** No stage of sleep is longer; one that is was put together of several sources. */
const usualLengthMs = 24 * 3_600_000;

/**
 * The longest stage kept, in bytes of UTF-8. Like the source it is part of the primary key, of which PostgreSQL takes
 * 2,704 bytes; how long the word was when it was sent says little, for its one spelling can be three times as long.
 */
const maxStageBytes = 1_000;

/** The spellings of a stage, in snake case; a word that is not here is in the phone's language and is kept. */
const stageOf: ReadonlyMap<string, string> = new Map([
  ['asleep_core', 'core'],
  ['asleep_deep', 'deep'],
  ['asleep_rem', 'rem'],
  ['unspecified', 'asleep'],
  ['asleep_unspecified', 'asleep'],
]);

/**
 * True for a part of a night, by its keys: it has `startDate` or `endDate` and a `value`. Without a value it is one only
 * when it is no sample of another shape either, which all have a `date` or a `qty`.
 */
export function isSleepSegment(element: JsonObject): boolean {
  if (!Object.hasOwn(element, 'startDate') && !Object.hasOwn(element, 'endDate')) return false;
  return Object.hasOwn(element, 'value') || !(Object.hasOwn(element, 'date') || Object.hasOwn(element, 'qty'));
}

/**
 * Reads a part of a night as the watch saw it: one stage from `startDate` to `endDate`.
 *
 * The stage is `core`, `deep`, `rem`, `awake`, `in_bed`, `asleep` (which stage is not known), or another word in snake
 * case. Its `qty` is not read: it says the same as the two dates. Longer than 24 hours is odd.
 */
export const readSleepSegment: ElementNormaliser = (element, payload) => {
  const fields = new ElementFields(element, payload.context);
  const start = fields.instant('startDate');
  const end = fields.instant('endDate');
  const source = fields.source('source');
  const value = fields.text('value');
  if (fields.reason !== null) return fields.reason;
  if (start === null || end === null) return 'date_missing';
  if (value === null) return 'value_missing';
  if (end.atMs < start.atMs) return 'end_before_start';
  const word = snakeCase(value.replace(/^HKCategoryValueSleepAnalysis/, ''));
  if (Buffer.byteLength(word) > maxStageBytes) return 'text_too_long';
  payload.batch(sleepSegmentFamily).append({
    recorded_at: start.atMs,
    source,
    stage: stageOf.get(word) ?? word,
    ended_at: end.atMs,
    zone_offset_minutes: start.offsetMinutes,
    flags: end.atMs - start.atMs > usualLengthMs ? SampleFlag.odd : 0,
  });
  return null;
};
