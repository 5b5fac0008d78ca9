import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beat, cycle, end, medication, mood, notification, start, symptom } from '../../support/event-elements';
import { oneArray } from '../../support/health-export';
import { type Service, startService } from '../../support/service';
import { storedRows } from '../../support/stored-rows';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

/** What to change in the documented element, and what is then in the row. */
type Variant = readonly [string, object, object];

const moods: readonly Variant[] = [
  ['as documented', {}, { name: 'momentary_emotion', value: 'slightly_pleasant' }],
  ['daily_mood', { kind: 'daily_mood' }, { name: 'daily_mood' }],
  ['dailyMood', { kind: 'dailyMood' }, { name: 'daily_mood' }],
  ['a classification of 1', { valenceClassification: 1 }, { value: 'very_unpleasant' }],
  ['a classification of 7', { valenceClassification: 7 }, { value: 'very_pleasant' }],
  ['without an end', { end: undefined }, { ended_at: null }],
  ['without an id', { id: undefined }, {}],
];
const statuses = [
  'Skipped',
  'Snoozed',
  'Not Interacted',
  'Notification Not Sent',
  'Not Logged',
  'Unspecified',
  'Übersprungen',
];
const medications: readonly Variant[] = [
  ['as documented', {}, { name: 'Ibuprofen 400 mg', value: 'Taken' }],
  ['scheduledDosage, units, form null', { form: null, scheduledDosage: 2, units: 'count', nickname: null }, {}],
  ['without a start', { start: undefined, end: undefined }, {}],
  ['without a scheduledDate', { scheduledDate: undefined }, {}],
  ...statuses.map((status): Variant => [`the status ${status}`, { status }, { value: status }]),
];
const symptoms: readonly Variant[] = [
  ['as documented', {}, { name: 'Headache', value: 'Moderate', source: 'Health' }],
  ['a localised name', { name: 'Fatiga' }, { name: 'Fatiga' }],
  ['severity Unspecified', { severity: 'Unspecified' }, { value: 'Unspecified' }],
  ['without severity', { severity: undefined }, { value: null }],
];
const localised = { name: 'Menstruation', value: 'Mittel' };
const cycles: readonly Variant[] = [
  ['as documented', {}, { name: 'Menstrual Flow', value: 'Medium' }],
  ['an end that is null', { end: null }, { ended_at: null }],
  ['localised, without isCycleStart', { ...localised, isCycleStart: undefined }, localised],
];
const captured = {
  start: 1_714_550_400.5,
  end: 1_714_551_000.5,
  heartNotification: 'high_heart_rate_notification',
  heartRate: undefined,
  heartRateVariation: undefined,
  heartRateData: [{ date: 1_714_550_400.5, hr: 130, units: 'bpm' }],
  hrvData: [{ date: 1_714_550_400.5, hrv: 40 }],
  source: { name: 'Apple Watch', identifier: 'com.apple.health' },
};
const notifications: readonly Variant[] = [
  ['as documented', {}, {}],
  ['threshhold', { threshold: undefined, threshhold: 40, heartNotification: 'low_heart_rate_notification' }, {}],
  [
    'heartRateData, hrvData, epoch dates, a source that is an object',
    captured,
    { source: 'Apple Watch', started_at: new Date('2024-05-01T08:00:00.500Z') },
  ],
  ['the dates alone', { threshold: undefined, heartRate: undefined, heartRateVariation: undefined }, {}],
];
const families: readonly (readonly [string, string, object, readonly Variant[]])[] = [
  ['stateOfMind', 'state_of_mind', mood, moods],
  ['medications', 'medication', medication, medications],
  ['symptoms', 'symptom', symptom, symptoms],
  ['cycleTracking', 'cycle_tracking', cycle, cycles],
  ['heartRateNotifications', 'heart_rate_notification', notification, notifications],
];

describe.each(families)('every variant of %s is one event', (array, kind, documented, variants) => {
  test.each(variants)('%s', async (_title, change, expected) => {
    const phone = await service.newPhone();
    const body = oneArray(array, { ...documented, ...change });
    const { json } = await phone.post(body);
    expect(json).toMatchObject({ received: 1, stored: 1, rejections: [] });
    const rows = await storedRows(service, phone.userId, 'health_events');
    expect(rows).toMatchObject([{ kind, started_at: new Date('2024-05-01T08:00:00Z'), ...expected }]);
    expect((await phone.post(body)).json).toMatchObject({ received: 1, unchanged: 1 });
  });
});

test('what has no column is kept beside', async () => {
  const phone = await service.newPhone();
  await phone.post({ data: Object.fromEntries(families.map(([array, , element]) => [array, [element]])) });
  const rows = await storedRows(service, phone.userId, 'health_events');
  const details = Object.fromEntries(rows.map((row) => [row.kind, row.details]));
  const { labels, associations, valence, metadata } = mood;
  expect(details['state_of_mind']).toMatchObject({ labels, associations, valence, metadata });
  const { nickname, form, isArchived, dosage, codings } = medication;
  expect(details['medication']).toMatchObject({ nickname, form, isArchived, dosage, codings });
  expect(details['symptom']).toMatchObject({ userEntered: true });
  expect(details['cycle_tracking']).toMatchObject({ isCycleStart: true });
  expect(details['heart_rate_notification']).toMatchObject({ heartRate: [beat(130)] });
});

describe('what makes two of them the same', () => {
  const otherId = '7F9619FF-8B86-4011-B42D-00C04FC964FF';
  const earlier = '2024-05-01 09:00:00 +0200';
  const keys: readonly (readonly [string, string, object, object, number])[] = [
    ['stateOfMind by its id', 'stateOfMind', mood, { valence: -0.4 }, 1],
    ['stateOfMind of another id', 'stateOfMind', mood, { id: otherId }, 2],
    ['medications by displayText and scheduledDate', 'medications', medication, { status: 'Skipped', start: end }, 1],
    ['medications of another displayText', 'medications', medication, { displayText: 'Aspirin' }, 2],
    ['medications of another scheduledDate', 'medications', medication, { scheduledDate: end }, 2],
    ['symptoms by start, name and source', 'symptoms', symptom, { severity: 'Severe', end: start }, 1],
    ['symptoms of another name', 'symptoms', symptom, { name: 'Nausea' }, 2],
    ['symptoms of another source', 'symptoms', symptom, { source: 'Diary' }, 2],
    ['cycleTracking by start, name and source', 'cycleTracking', cycle, { value: 'Heavy', end: null }, 1],
    ['cycleTracking of another start', 'cycleTracking', cycle, { start: earlier }, 2],
    ['heartRateNotifications by start', 'heartRateNotifications', notification, { heartRate: [beat(140)] }, 1],
    ['heartRateNotifications of another start', 'heartRateNotifications', notification, { start: earlier }, 2],
  ];
  test.each(keys)('%s', async (_title, array, first, change, rows) => {
    const phone = await service.newPhone();
    const { json } = await phone.post(oneArray(array, first, { ...first, ...change }));
    expect(json).toMatchObject({ received: 2, stored: rows, updated: 2 - rows });
    expect(await storedRows(service, phone.userId, 'health_events')).toHaveLength(rows);
  });
});
