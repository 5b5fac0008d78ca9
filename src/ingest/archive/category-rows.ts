import { type CategoryMeaning, categoryWord } from '../../catalogue/health-kit-categories';
import type { JsonObject } from '../../catalogue/json';
import type { RejectReason } from '../../catalogue/reject-reason';
import { readCycleTracking } from '../normalise/elements/cycle-tracking.element';
import { readHeartRateNotification } from '../normalise/elements/heart-rate-notification.element';
import { readSleepSegment } from '../normalise/elements/sleep-segment';
import { readStateOfMind } from '../normalise/elements/state-of-mind.element';
import { readSymptom } from '../normalise/elements/symptom.element';
import type { NormalisedPayload } from '../normalise/normalised-payload';
import type { HealthRecord } from './health-record';

/** Apple's flags in metadata are numbers. */
function isSet(record: HealthRecord, key: string): boolean | null {
  const value = record.metadataOf(key);
  return value === undefined ? null : value === '1';
}

function spanOf({ startDate, endDate, sourceName }: HealthRecord): { start: string; end: string; source: string } {
  return { start: startDate, end: endDate, source: sourceName };
}

/** The metadata under their keys without Apple's prefix. */
function metadataOf({ metadata }: HealthRecord): JsonObject {
  const entries: [string, string][] = [];
  for (let i = 0; i < (metadata?.length ?? 0); i += 2) {
    entries.push([metadata?.[i] as string, metadata?.[i + 1] as string]);
  }
  return Object.fromEntries(entries);
}

/** Adds a part of a night as the live path does; the stage is the word of Apple's value. */
export function addSleep(record: HealthRecord, payload: NormalisedPayload): RejectReason | null {
  const { startDate, endDate, sourceName, value } = record;
  return readSleepSegment({ startDate, endDate, value, source: sourceName }, payload);
}

/** Adds an event in the words that the app sends it in, in English. Returns why not. */
export function addEventRecord(
  record: HealthRecord,
  meaning: Extract<CategoryMeaning, { name: string }>,
  payload: NormalisedPayload,
): RejectReason | null {
  const span = spanOf(record);
  const { kind, name } = meaning;
  if (kind === 'heart_rate_notification') {
    const threshold = record.metadataOf('HKHeartRateEventThreshold')?.split(' ', 1)[0];
    const limits = threshold === undefined ? {} : { threshold: Number(threshold) };
    return readHeartRateNotification({ ...span, heartNotification: name, ...limits }, payload);
  }
  const value = categoryWord(record.value);
  if (kind === 'symptom') {
    const userEntered = isSet(record, 'HKWasUserEntered');
    return readSymptom({ ...span, name, severity: value, ...(userEntered === null ? {} : { userEntered }) }, payload);
  }
  const isCycleStart = isSet(record, 'HKMenstrualCycleStart');
  return readCycleTracking({ ...span, name, value, ...(isCycleStart === null ? {} : { isCycleStart }) }, payload);
}

/** Adds a state of mind; what Apple says of it stands in its metadata. */
export function addStateOfMind(record: HealthRecord, payload: NormalisedPayload): RejectReason | null {
  const metadata = metadataOf(record);
  const find = (ending: string): string | undefined =>
    Object.entries(metadata).find(([key]) => key.endsWith(ending))?.[1] as string | undefined;
  const valence = Number(find('Valence'));
  const element: JsonObject = { ...spanOf(record), metadata };
  const kind = find('Kind');
  const valenceClassification = find('ValenceClassification');
  if (kind !== undefined) element['kind'] = kind;
  if (Number.isFinite(valence)) element['valence'] = valence;
  if (valenceClassification !== undefined) element['valenceClassification'] = valenceClassification;
  return readStateOfMind(element, payload);
}
