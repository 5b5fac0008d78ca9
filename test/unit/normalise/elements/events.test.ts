import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/catalogue/json';
import type { ElementNormaliser } from '../../../../src/ingest/normalise/element-normaliser';
import { elementKinds, eventAccountNames } from '../../../../src/ingest/normalise/elements/element-kinds';
import { detailsOf, readOne } from './read-one';

function readerOf(kind: string): ElementNormaliser {
  const read = elementKinds.get(kind)?.read;
  if (read === undefined) throw new Error(`no reader for ${kind}`);
  return read;
}

const idOf = (kind: string, element: JsonObject): unknown => readOne(readerOf(kind), element).row['id'];

const start = '2026-05-05T02:35:56Z';
const startAt = Date.UTC(2026, 4, 5, 2, 35, 56);

describe('stateOfMind', () => {
  const sent: JsonObject = {
    id: 'B8D0C9F4-2F0A-4B7E-9A35-0C1D2E3F4A5B',
    start,
    end: start,
    kind: 'momentary_emotion',
    labels: ['Calm', 'Zufrieden'],
    associations: ['Work'],
    valence: -0.25,
    valenceClassification: 'slightly_unpleasant',
    metadata: { HKWasUserEntered: '1' },
  };

  it('reads kind, class and the rest', () => {
    const read = readOne(readerOf('stateOfMind'), sent);
    expect(read.row).toMatchObject({
      kind: 'state_of_mind',
      name: 'momentary_emotion',
      value: 'slightly_unpleasant',
      source: '',
      started_at: startAt,
      ended_at: startAt,
      zone_offset_minutes: 0,
      flags: 0,
    });
    const { start: _start, end: _end, kind: _kind, ...rest } = sent;
    expect(detailsOf(read)).toEqual(rest);
  });

  it.each<[JsonObject, JsonObject]>([
    [{ kind: 'dailyMood' }, { name: 'daily_mood' }],
    [{ kind: 'daily_mood' }, { name: 'daily_mood' }],
    [{ kind: null }, { name: 'state_of_mind' }],
    [{ valenceClassification: 1 }, { value: 'very_unpleasant' }],
    [{ valenceClassification: 7 }, { value: 'very_pleasant' }],
    [{ valenceClassification: 8 }, { value: '8' }],
    [{ valenceClassification: 'veryPleasant' }, { value: 'very_pleasant' }],
    [{ valenceClassification: null }, { value: null }],
    [{ end: null }, { ended_at: null }],
    [{ valence: null }, { value: 'slightly_unpleasant' }],
    [{ valence: -1 }, { flags: 0 }],
  ])('%j reads as %j', (change, cells) => {
    expect(readOne(readerOf('stateOfMind'), { ...sent, ...change }).row).toMatchObject(cells);
  });

  it('is the same by its id, else by start and kind', () => {
    const { id, ...withoutId } = sent;
    expect(idOf('stateOfMind', { ...sent, start: '2026-05-06T00:00:00Z', end: null })).toBe(idOf('stateOfMind', sent));
    expect(idOf('stateOfMind', { ...sent, id: String(id).toLowerCase() })).toBe(idOf('stateOfMind', sent));
    expect(idOf('stateOfMind', withoutId)).not.toBe(idOf('stateOfMind', sent));
    expect(idOf('stateOfMind', { ...withoutId, valence: 1 })).toBe(idOf('stateOfMind', withoutId));
    expect(idOf('stateOfMind', { ...withoutId, kind: 'daily_mood' })).not.toBe(idOf('stateOfMind', withoutId));
  });

  it.each<[JsonObject, string]>([
    [{ valence: 1.01 }, 'value_impossible'],
    [{ valence: '0.5' }, 'value_not_a_number'],
    [{ start: null }, 'date_missing'],
    [{ start: 'yesterday' }, 'date_unreadable'],
    [{ end: '2026-05-05T02:35:55Z' }, 'end_before_start'],
    [{ labels: ['\0'] }, 'text_invalid'],
    [JSON.parse('{"metadata":{"a":1e400}}'), 'value_not_a_number'],
  ])('%j is %s', (change, reason) => {
    expect(readOne(readerOf('stateOfMind'), { ...sent, ...change }).reason).toBe(reason);
  });
});

describe('medications', () => {
  const sent: JsonObject = {
    displayText: 'Ibuprofen 400 mg',
    nickname: 'Ibu',
    start: '2026-05-05 08:05:00 +0200',
    end: null,
    scheduledDate: '2026-05-05 08:00:00 +0200',
    form: null,
    status: 'Eingenommen',
    isArchived: false,
    dosage: 1,
    scheduledDosage: 1,
    units: 'count',
    codings: [{ code: '5640', system: 'http://www.nlm.nih.gov/research/umls/rxnorm', version: null }],
  };

  it('reads name, status and the rest', () => {
    const read = readOne(readerOf('medications'), sent);
    expect(read.row).toMatchObject({
      kind: 'medication',
      name: 'Ibuprofen 400 mg',
      value: 'Eingenommen',
      started_at: Date.UTC(2026, 4, 5, 6, 5),
      ended_at: null,
      zone_offset_minutes: 120,
    });
    const { displayText: _text, start: _start, end: _end, status: _status, ...rest } = sent;
    expect(detailsOf(read)).toEqual(rest);
  });

  it('is the same dose when it is taken at another time than was scheduled', () => {
    const first = idOf('medications', sent);
    expect(idOf('medications', { ...sent, start: '2026-05-05 09:00:00 +0200', status: 'Skipped' })).toBe(first);
    expect(idOf('medications', { ...sent, scheduledDate: '2026-05-05T06:00:00Z' })).toBe(first);
    expect(idOf('medications', { ...sent, scheduledDate: '2026-05-05 20:00:00 +0200' })).not.toBe(first);
    expect(idOf('medications', { ...sent, displayText: 'Aspirin' })).not.toBe(first);
    const unscheduled = { ...sent, scheduledDate: null };
    const later = { ...unscheduled, start: '2026-05-05 09:00:00 +0200' };
    expect(idOf('medications', later)).not.toBe(idOf('medications', unscheduled));
  });

  it('begins when it was scheduled, where no start is sent', () => {
    const { row } = readOne(readerOf('medications'), { ...sent, start: null });
    expect(row['started_at']).toBe(Date.UTC(2026, 4, 5, 6));
  });

  it('may be scheduled for any time ahead, but not have been taken then', () => {
    const ahead = '2026-07-01 08:00:00 +0200';
    expect(readOne(readerOf('medications'), { ...sent, scheduledDate: ahead }).reason).toBeNull();
    expect(readOne(readerOf('medications'), { ...sent, start: ahead }).reason).toBe('date_in_future');
  });

  it.each<[JsonObject, string]>([
    [{ displayText: null }, 'name_missing'],
    [{ displayText: '  ' }, 'name_missing'],
    [{ displayText: { text: 'Ibuprofen' } }, 'name_missing'],
    [{ displayText: 'x'.repeat(501) }, 'text_too_long'],
    [{ scheduledDate: 'soon' }, 'date_unreadable'],
    [{ start: null, scheduledDate: null }, 'date_missing'],
    [{ codings: [{ code: '\ud83d' }] }, 'text_invalid'],
  ])('%j is %s', (change, reason) => {
    expect(readOne(readerOf('medications'), { ...sent, ...change }).reason).toBe(reason);
  });
});

describe.each([
  ['symptoms', 'symptom', 'severity'],
  ['cycleTracking', 'cycle_tracking', 'value'],
])('%s', (array, kind, valueKey) => {
  const sent: JsonObject = {
    start: '2026-05-05 08:00:00 -0300',
    end: '2026-05-05 10:00:00 -0300',
    name: 'Fatiga',
    [valueKey]: 'Mild',
    userEntered: true,
    isCycleStart: false,
    source: 'Salud',
  };

  it('reads name, value and the rest', () => {
    const read = readOne(readerOf(array), sent);
    expect(read.row).toMatchObject({
      kind,
      name: 'Fatiga',
      value: 'Mild',
      source: 'Salud',
      started_at: Date.UTC(2026, 4, 5, 11),
      ended_at: Date.UTC(2026, 4, 5, 13),
      zone_offset_minutes: -180,
    });
    expect(detailsOf(read)).toEqual({ userEntered: true, isCycleStart: false });
  });

  it('may have no end, and a value that is a number', () => {
    expect(readOne(readerOf(array), { ...sent, end: null, [valueKey]: 3 }).row).toMatchObject({
      ended_at: null,
      value: '3',
    });
    expect(readOne(readerOf(array), { start: sent['start'] as string, name: 'x' }).row['value']).toBeNull();
  });

  it('is the same by start, name and source', () => {
    const first = idOf(array, sent);
    expect(idOf(array, { ...sent, end: null, [valueKey]: 'Severe' })).toBe(first);
    expect(idOf(array, { ...sent, name: 'Tos' })).not.toBe(first);
    expect(idOf(array, { ...sent, source: '' })).not.toBe(first);
    expect(idOf(array, { ...sent, start: '2026-05-05 08:00:01 -0300' })).not.toBe(first);
  });

  it('keeps a source that is an object, and a value that is one', () => {
    const source = { name: 'Salud', identifier: 'com.apple.Health' };
    const read = readOne(readerOf(array), { ...sent, source, [valueKey]: { level: 2 } });
    expect(read.row).toMatchObject({ source: 'Salud', value: null });
    expect(detailsOf(read)).toMatchObject({ source, [valueKey]: { level: 2 } });
  });

  it.each<[JsonObject, string]>([
    [{ name: null }, 'name_missing'],
    [{ start: '' }, 'date_missing'],
    [{ start: '2026-05-05 11:00:00 -0300' }, 'end_before_start'],
    [{ name: 'a\0' }, 'text_invalid'],
    [{ source: '\ude00' }, 'text_invalid'],
  ])('%j is %s', (change, reason) => {
    expect(readOne(readerOf(array), { ...sent, ...change }).reason).toBe(reason);
  });
});

describe('heartRateNotifications', () => {
  const documented: JsonObject = {
    start: '2026-05-05 03:00:00 +0200',
    end: '2026-05-05 03:10:00 +0200',
    threshold: 40,
    heartRate: [
      {
        hr: 38,
        units: 'bpm',
        timestamp: { start: '2026-05-05 03:00:00 +0200', end: '', interval: { duration: 5, units: 's' } },
      },
    ],
    heartRateVariation: [{ hrv: 0.02 }],
  };
  const real: JsonObject = {
    start: 1_777_942_800.5,
    end: 1_777_943_400.25,
    heartNotification: 'low_heart_rate_notification',
    threshhold: 40,
    heartRateData: [{ date: 1_777_942_800.5, qty: 38 }],
    hrvData: [],
    source: { name: 'Watch', identifier: 'com.apple.health' },
  };

  it('reads the documented form', () => {
    const read = readOne(readerOf('heartRateNotifications'), documented);
    expect(read.row).toMatchObject({
      kind: 'heart_rate_notification',
      name: 'heart_rate_notification',
      value: '40',
      source: '',
      started_at: Date.UTC(2026, 4, 5, 1),
    });
    const { start: _start, end: _end, ...rest } = documented;
    expect(detailsOf(read)).toEqual(rest);
  });

  it('reads what really comes: epoch dates, a source that is an object, a misspelled threshold', () => {
    const read = readOne(readerOf('heartRateNotifications'), real);
    expect(read.row).toMatchObject({
      name: 'low_heart_rate_notification',
      value: '40',
      source: 'Watch',
      started_at: 1_777_942_800_500,
      ended_at: 1_777_943_400_250,
      zone_offset_minutes: 120,
    });
    expect(detailsOf(read)).toEqual({
      threshhold: 40,
      heartRateData: real['heartRateData'],
      hrvData: [],
      source: real['source'],
    });
  });

  it('reads a threshold with its unit', () => {
    const sent = { ...documented, threshold: { qty: 120, units: 'bpm' } };
    expect(readOne(readerOf('heartRateNotifications'), sent).row['value']).toBe('120');
  });

  it('is the same by start, source and type, or threshold', () => {
    const kind = 'heartRateNotifications';
    expect(idOf(kind, { ...real, threshhold: 45, end: null })).toBe(idOf(kind, real));
    expect(idOf(kind, { ...real, heartNotification: 'irregular' })).not.toBe(idOf(kind, real));
    expect(idOf(kind, { ...real, source: 'Other' })).not.toBe(idOf(kind, real));
    expect(idOf(kind, { ...documented, threshold: 120 })).not.toBe(idOf(kind, documented));
  });

  it.each<[JsonObject, string]>([
    [{ start: 0 }, 'date_unreadable'],
    [{ end: '2026-05-05 02:00:00 +0200' }, 'end_before_start'],
    [{ threshold: 'x\0' }, 'text_invalid'],
    [{ heartRate: ['\ud800'] }, 'text_invalid'],
  ])('%j is %s', (change, reason) => {
    expect(readOne(readerOf('heartRateNotifications'), { ...documented, ...change }).reason).toBe(reason);
  });
});

it('has an account line for each kind of event, one that an array has too', () => {
  const lines = [...elementKinds.values()].map(({ accountName }) => accountName);
  expect(lines).toEqual(expect.arrayContaining(Object.values(eventAccountNames)));
  expect(lines.filter((line) => !Object.values(eventAccountNames).includes(line))).toEqual(['workouts', 'ecg']);
});
