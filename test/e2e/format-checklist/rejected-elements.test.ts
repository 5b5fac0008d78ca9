import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cycle, ecg, medication, mood, notification, symptom } from '../../support/event-elements';
import { oneArray, oneMetric, secondOf } from '../../support/health-export';
import { type Service, startService } from '../../support/service';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const arrays: readonly (readonly [string, object])[] = [
  ['stateOfMind', mood],
  ['medications', medication],
  ['symptoms', symptom],
  ['cycleTracking', cycle],
  ['ecg', ecg],
  ['heartRateNotifications', notification],
];
const changes: readonly (readonly [string, object, string])[] = [
  ['a start in words', { start: 'noon', scheduledDate: 'noon' }, 'date_unreadable'],
  ['no date', { start: null, scheduledDate: null, end: null }, 'date_missing'],
  ['in the future', { start: '2099-01-01', scheduledDate: '2099-01-01', end: null }, 'date_in_future'],
  ['an end before the start', { end: '2020-01-01 00:00:00 +0000' }, 'end_before_start'],
  ['NUL in a member that is kept', { note: 'a\0b' }, 'text_invalid'],
  ['a lone surrogate in a member that is kept', { note: { a: ['\ud800'] } }, 'text_invalid'],
  ['a lone surrogate in a key that is kept', { 'a\ud800b': 1 }, 'text_invalid'],
];

describe.each(arrays)('a bad element of %s is rejected alone', (array, good) => {
  const faults = [
    ['null', null, 'not_an_object'] as const,
    ['an array', [], 'not_an_object'] as const,
    ['a text', 'x', 'not_an_object'] as const,
    ...changes.map(([fault, change, reason]) => [fault, { ...good, ...change }, reason] as const),
  ];
  test.each(faults)('%s', async (_fault, bad, reason) => {
    const phone = await service.newPhone();
    const { status, json } = await phone.post(oneArray(array, good, bad, good));
    expect(status).toBe(200);
    expect(json).toMatchObject({ received: 3, stored: 1, unchanged: 1, rejected: 1 });
    expect(json.rejections).toMatchObject([{ path: `/data/${array}/1`, reason }]);
  });
});

const needed: readonly (readonly [string, object, object, string])[] = [
  ['symptoms', symptom, { name: undefined }, 'name_missing'],
  ['symptoms', symptom, { name: 'x'.repeat(100_000) }, 'text_too_long'],
  ['medications', medication, { displayText: '' }, 'name_missing'],
  ['cycleTracking', cycle, { name: null }, 'name_missing'],
  ['ecg', ecg, { voltageMeasurements: 'many' }, 'series_malformed'],
  ['ecg', ecg, { voltageMeasurements: [1, 2] }, 'series_malformed'],
  ['ecg', ecg, { voltageMeasurements: [{ date: 1_714_550_400, voltage: null }] }, 'series_malformed'],
];
test.each(needed)('%s lacks what it needs', async (array, element, change, reason) => {
  const phone = await service.newPhone();
  const { json } = await phone.post(oneArray(array, { ...element, ...change }));
  expect(json).toMatchObject({ received: 1, rejected: 1 });
  expect(json.rejections).toMatchObject([{ path: `/data/${array}/0`, reason }]);
});

test('an infinite number in what is kept beside rejects its element alone', async () => {
  const phone = await service.newPhone();
  const body = JSON.stringify(oneArray('symptoms', { ...symptom, note: { deep: ['LITERAL'] } }, symptom));
  const { status, json } = await phone.post(body.replace('"LITERAL"', '1e400'));
  expect({ status, stored: json.stored }).toEqual({ status: 200, stored: 1 });
  expect(json.rejections.map(({ reason }) => reason)).toEqual(['value_not_a_number']);
});

test('element_too_large: a sample beyond any size is rejected alone, unlooked at', async () => {
  const phone = await service.newPhone();
  const samples = [
    { date: secondOf(1), qty: 1 },
    { date: secondOf(2), qty: 2, note: 'x'.repeat(300_000) },
  ];
  const { status, json } = await phone.post(oneMetric('step_count', 'count', ...samples));
  expect(status).toBe(200);
  expect(json).toMatchObject({
    received: 2,
    stored: 1,
    rejections: [{ path: '/data/metrics/0/data/1', metric: 'step_count', reason: 'element_too_large' }],
  });
});
