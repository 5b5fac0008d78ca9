import fc from 'fast-check';
import { aSource, infinity } from './metric-elements';
import { anInstant, later } from './model-instants';
import type { ModelArray, ModelElement, ModelRow } from './model-row';
import { sometimesSpoilt } from './special-elements';

/** Workouts, events and electrocardiograms: what is kept as a unit. */

const badDates: readonly (readonly [unknown, string])[] = [
  [null, 'not_an_object'],
  ['x', 'not_an_object'],
  [{ start: 'noon', scheduledDate: 'noon' }, 'date_unreadable'],
  [{ start: null, scheduledDate: null, end: null }, 'date_missing'],
  [{ end: '2001-01-01 00:00:00 +0000' }, 'end_before_start'],
  [{ start: '2099-01-01', scheduledDate: '2099-01-01', end: null }, 'date_in_future'],
  [{ note: 'a\0b' }, 'text_invalid'],
  [{ note: ['\ud800'] }, 'text_invalid'],
  [{ note: { deep: infinity } }, 'value_not_a_number'],
];

const parts = fc.record({
  instant: anInstant,
  source: aSource,
  name: fc.constantFrom('Fatiga', 'Headache'),
  word: fc.constantFrom('Mild', 'Severe'),
  number: fc.constantFrom(1, 2),
  note: fc.constantFrom(undefined, { of: 'her' }),
});
type Parts = typeof parts extends fc.Arbitrary<infer Value> ? Value : never;

/** What makes a difference without a column: all that was sent, and with it a source that says more than its name. */
function othersOf({ note, source: [sent] }: Parts): unknown {
  return [note, typeof sent === 'object' ? sent : null];
}

/** Events have one table; `key` is what makes two of a kind the same, beside the start. */
function event(kind: string, sent: Parts, texts: { name: string; value: string | null }, key: string[]): ModelRow {
  const { instant, source } = sent;
  const end = later(instant, 60_000);
  return {
    table: 'health_events',
    key: [kind, instant.atMs, ...key],
    cells: {
      kind,
      atMs: instant.atMs,
      endAtMs: end.atMs,
      offsetMinutes: instant.offsetMinutes,
      source: source[1],
      ...texts,
    },
    others: othersOf(sent),
  };
}

const spanOf = ({ instant, source, note }: Parts) => ({
  start: instant.text,
  end: later(instant, 60_000).text,
  source: source[0],
  note,
});

const symptom = parts.chain((sent) => {
  const { name, word, source } = sent;
  const row = event('symptom', sent, { name, value: word }, [name, source[1]]);
  return sometimesSpoilt({ ...spanOf(sent), name, severity: word }, row, [
    ...badDates,
    [{ name: null }, 'name_missing'],
  ]);
});
const cycle = parts.chain((sent) => {
  const { name, word, source } = sent;
  const row = event('cycle_tracking', sent, { name, value: word }, [name, source[1]]);
  return sometimesSpoilt({ ...spanOf(sent), name, value: word }, row, [...badDates, [{ name: '' }, 'name_missing']]);
});
const medication = parts.chain((sent) => {
  const { name, word, instant } = sent;
  const row = event('medication', sent, { name, value: word }, [name]);
  const json = { ...spanOf(sent), displayText: name, scheduledDate: instant.text, status: word };
  return sometimesSpoilt(json, row, [...badDates, [{ displayText: null }, 'name_missing']]);
});
const mood = parts.chain((sent) => {
  const { instant, number, word, source } = sent;
  const id = `0A1B2C3D-0000-4000-8000-00000000000${number}`;
  const end = later(instant, 60_000);
  const feeling = word === 'Mild' ? 'pleasant' : 'very_unpleasant';
  const { atMs, offsetMinutes } = instant;
  const row: ModelRow = {
    table: 'health_events',
    key: ['state_of_mind', id],
    cells: {
      kind: 'state_of_mind',
      atMs,
      endAtMs: end.atMs,
      offsetMinutes,
      source: source[1],
      name: 'daily_mood',
      value: feeling,
    },
    others: othersOf(sent),
  };
  return sometimesSpoilt({ ...spanOf(sent), id, kind: 'dailyMood', valenceClassification: feeling }, row, badDates);
});
const notification = parts.chain((sent) => {
  const { number, source } = sent;
  const texts = { name: 'low_heart_rate_notification', value: String(number) };
  const row = event('heart_rate_notification', sent, texts, [source[1]]);
  const json = { ...spanOf(sent), heartNotification: 'low_heart_rate_notification', threshold: number };
  return sometimesSpoilt(json, row, badDates);
});

const ecg = parts.chain((sent) => {
  const { instant, source, word, number } = sent;
  const { atMs, offsetMinutes } = instant;
  const voltages = Array.from({ length: number }, (_, n) => ({
    date: atMs / 1000 + n / 512,
    voltage: n * 12.5 + number,
  }));
  const row: ModelRow = {
    table: 'ecg_recordings',
    key: [atMs, source[1]],
    cells: {
      atMs,
      endAtMs: later(instant, 60_000).atMs,
      offsetMinutes,
      source: source[1],
      classification: word,
      rate: 60,
      voltages: number,
    },
    others: othersOf(sent),
  };
  const json = { ...spanOf(sent), classification: word, averageHeartRate: 60, voltageMeasurements: voltages };
  return sometimesSpoilt(json, row, [
    ...badDates,
    [{ voltageMeasurements: 7 }, 'series_malformed'],
    [{ voltageMeasurements: [{ date: 1, voltage: 'x' }] }, 'series_malformed'],
  ]);
});

/** Both versions: with an id (v2), or known by start, end and source (v1). */
const workout = fc.tuple(parts, fc.boolean()).chain(([sent, hasId]) => {
  const { instant, source, name, number, word } = sent;
  const { atMs, offsetMinutes } = instant;
  const end = later(instant, word === 'Mild' ? 60_000 : 120_000);
  const id = `0A1B2C3D-0000-4000-8000-10000000000${number}`;
  const route = Array.from({ length: number }, (_, n) => ({
    latitude: 52 + n,
    longitude: 13,
    timestamp: later(instant, n * 1000).text,
  }));
  const row: ModelRow = {
    table: 'workouts',
    key: hasId ? [id] : [atMs, end.atMs, source[1]],
    cells: {
      atMs,
      endAtMs: end.atMs,
      offsetMinutes,
      source: source[1],
      name,
      km: number * 1.5,
      points: number,
      seconds: 60,
    },
    others: othersOf(sent),
  };
  const json = {
    ...spanOf(sent),
    end: end.text,
    ...(hasId ? { id } : {}),
    name,
    duration: 60,
    distance: { qty: number * 1500, units: 'm' },
    route,
  };
  return sometimesSpoilt(json, row, [
    ...badDates,
    [{ route: 'x' }, 'series_malformed'],
    [{ name: 'a\0' }, 'text_invalid'],
  ]);
});

const things: readonly (readonly [string, string, fc.Arbitrary<ModelElement>])[] = [
  ['workouts', 'workouts', workout],
  ['symptoms', 'symptoms', symptom],
  ['cycleTracking', 'cycle_tracking', cycle],
  ['medications', 'medications', medication],
  ['stateOfMind', 'state_of_mind', mood],
  ['heartRateNotifications', 'heart_rate_notifications', notification],
  ['ecg', 'ecg', ecg],
];

const unknownElement: fc.Arbitrary<ModelElement> = fc
  .constantFrom(null, 7, 'x', [], {}, { start: '2024-05-01 00:00:00 +0200', name: 'x' })
  .map((json) => ({ json, expected: { reason: 'unknown_kind' } }));
const unknownNames = ['unheardOf', 'constructor', '__proto__', 'x/y~z'];

/** One of the arrays beside the metrics, or one that the format does not have. */
export const anArray: fc.Arbitrary<ModelArray> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(...things)
      .chain(([array, line, element]) =>
        fc.array(element, { maxLength: 4 }).map((elements) => ({ array, line, elements })),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...unknownNames), fc.array(unknownElement, { maxLength: 3 }))
      .map(([array, elements]) => ({ array, line: array, elements })),
  },
);
