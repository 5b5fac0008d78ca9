import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneArray } from '../../support/health-export';
import type { Phone } from '../../support/phone';
import { type Service, startService } from '../../support/service';
import { storedRows } from '../../support/stored-rows';
import { amount, during, end, id, routePoint, series, start, v1, v2 } from '../../support/workout-elements';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const send = async (phone: Phone, ...workouts: unknown[]) => (await phone.post(oneArray('workouts', ...workouts))).json;
const workouts = (phone: Phone) => storedRows(service, phone.userId, 'workouts');

describe('v2', () => {
  test('v2 with everything counts as one and is kept with its route and series', async () => {
    const phone = await service.newPhone();
    expect(await send(phone, v2)).toMatchObject({
      received: 1,
      stored: 1,
      rejections: [],
      metrics: { workouts: { stored: 1 } },
    });
    const [row] = await workouts(phone);
    expect(row).toMatchObject({
      id: id.toLowerCase(),
      name: 'Outdoor Run',
      source: 'Watch',
      duration_s: 3600,
      location: 'Outdoor',
      is_indoor: false,
      total_energy_kcal: 600,
      distance_km: 10,
      min_heart_rate: 95,
      avg_heart_rate: 150,
      max_heart_rate: 175,
      route_points: 4,
      zone_offset_minutes: 120,
    });
    expect(row?.active_energy_kcal).toBeCloseTo(500, 6);
    expect(row?.started_at.toISOString()).toBe('2024-05-01T08:00:00.000Z');
    expect(row?.ended_at.toISOString()).toBe('2024-05-01T09:00:00.000Z');
    expect(row?.series_points).toBe(8 * 3);
    const details = JSON.stringify(row?.details);
    for (const name of [
      'intensity',
      'temperature',
      'humidity',
      'elevationUp',
      'lapLength',
      'strokeStyle',
      'salinity',
      'metadata',
    ]) {
      expect(details).toContain(`"${name}"`);
    }
  });

  test('v2 with only what is required', async () => {
    const phone = await service.newPhone();
    expect(await send(phone, { id, name: 'Walk', start, end, duration: 3600 })).toMatchObject({ stored: 1 });
    expect(await workouts(phone)).toMatchObject([{ route_points: 0, series_points: 0, active_energy_kcal: null }]);
  });

  test('v2 sent again, then with more of its route: unchanged, updated, one row', async () => {
    const phone = await service.newPhone();
    await send(phone, v2);
    expect(await send(phone, v2)).toMatchObject({ unchanged: 1 });
    expect(await send(phone, { ...v2, route: [...v2.route, routePoint(4)] })).toMatchObject({ updated: 1 });
    expect(await send(phone, { ...v2, id: id.toLowerCase() })).toMatchObject({ updated: 1 });
    expect(await workouts(phone)).toMatchObject([{ route_points: 4 }]);
  });

  test('two workouts of the same time with ids of their own are two', async () => {
    const phone = await service.newPhone();
    expect(await send(phone, v2, { ...v2, id: '7F9619FF-8B86-4011-B42D-00C04FC964FF' })).toMatchObject({ stored: 2 });
  });

  const kept: readonly (readonly [string, object])[] = [
    ['v2 with activeEnergy series', { activeEnergy: series(10, 'kJ') }],
    ['heartRateData null', { heartRateData: null, heartRateRecovery: null }],
    ['route null', { route: null }],
    ['heartRate as bare numbers', { heartRate: { min: 95, avg: 150, max: 175 } }],
    ['heartRate absent', { heartRate: undefined }],
    ['heartRate null', { heartRate: null }],
    [
      'negative accuracy',
      { route: [routePoint(0, { horizontalAccuracy: -1, speed: -1, speedAccuracy: -1, course: -1 })] },
    ],
    ['no name', { name: undefined }],
    ['points of a route that are none', { route: ['a', routePoint(0), null] }],
    ['localised name', { name: 'Outdoor_Ausführen', location: 'Außen' }],
    ['name in other alphabets', { name: '屋外ランニング 🏃' }],
    ['unknown members', { newThing: { qty: 1, units: 'x' }, otherThing: [1, 2, { a: null }] }],
    [
      'recovery in the place of the heart rate',
      { heartRateData: [{ date: end, Min: 120, Avg: 120, Max: 120, units: 'bpm' }] },
    ],
    ['a lap length mislabelled m', { lapLength: amount(0.025, 'm') }],
  ];
  test.each(kept)('%s', async (_name, more) => {
    const phone = await service.newPhone();
    const workout = { id, name: 'Run', start, end, duration: 3600, ...more };
    expect(await send(phone, workout)).toMatchObject({ received: 1, stored: 1, rejections: [] });
    expect(await send(phone, workout)).toMatchObject({ received: 1, unchanged: 1 });
    expect(await workouts(phone)).toMatchObject([{ name: 'name' in more ? (more.name ?? 'Workout') : 'Run' }]);
  });

  test('route 10 k points', async () => {
    const phone = await service.newPhone();
    const route = Array.from({ length: 10_000 }, (_, n) => routePoint(n));
    expect(await send(phone, { ...v2, route })).toMatchObject({ received: 1, stored: 1 });
    expect(await workouts(phone)).toMatchObject([{ route_points: 10_000 }]);
    expect(await send(phone, { ...v2, route })).toMatchObject({ unchanged: 1 });
  });
});

describe('v1', () => {
  test('v1 no id: with everything', async () => {
    const phone = await service.newPhone();
    expect(await send(phone, v1)).toMatchObject({ received: 1, stored: 1, rejections: [] });
    const [row] = await workouts(phone);
    expect(row).toMatchObject({
      name: 'Outdoor Run',
      active_energy_kcal: 500,
      avg_heart_rate: 150,
      max_heart_rate: 175,
      is_indoor: false,
      route_points: 3,
    });
    expect(row?.total_energy_kcal).toBeCloseTo(600, 6);
    expect(row?.distance_km).toBeCloseTo(10, 6);
    expect(row?.series_points).toBe(3);
  });

  test('v1 no id: the same start, end and source is the same workout, in any language', async () => {
    const phone = await service.newPhone();
    await send(phone, v1);
    expect(await send(phone, v1)).toMatchObject({ unchanged: 1 });
    expect(await send(phone, { ...v1, name: 'Laufen im Freien' })).toMatchObject({ updated: 1 });
    expect(await workouts(phone)).toMatchObject([{ name: 'Laufen im Freien' }]);
  });

  test('v1 no id: another start, end or source is another workout', async () => {
    const phone = await service.newPhone();
    const others = [v1, { ...v1, start: during(1) }, { ...v1, end: during(30) }, { ...v1, source: 'Ring' }];
    expect(await send(phone, ...others)).toMatchObject({ received: 4, stored: 4 });
  });
});

describe('a bad workout is rejected alone', () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['not an object', 7, 'not_an_object'],
    ['no start', { ...v2, start: undefined }, 'date_missing'],
    ['a start in words', { ...v2, start: 'this morning' }, 'date_unreadable'],
    ['no end', { ...v2, end: null }, 'date_missing'],
    ['an end before the start', { ...v2, end: '2024-05-01 09:00:00 +0200' }, 'end_before_start'],
    [
      'in the future',
      { ...v2, start: '2099-05-01 09:00:00 +0200', end: '2099-05-01 10:00:00 +0200' },
      'date_in_future',
    ],
    ['NUL in the name', { ...v2, name: 'a\0b' }, 'text_invalid'],
    ['a lone surrogate deep in metadata', { ...v2, metadata: { a: { b: ['\ud800'] } } }, 'text_invalid'],
    ['a route that is a text', { ...v2, route: 'round the lake' }, 'series_malformed'],
    ['a series that is an object', { ...v2, heartRateData: { a: 1 } }, 'series_malformed'],
  ];
  test.each(cases)('%s', async (_name, workout, reason) => {
    const phone = await service.newPhone();
    const json = await send(phone, v1, workout, { ...v2, id: '7F9619FF-8B86-4011-B42D-00C04FC964FF' });
    expect(json).toMatchObject({ received: 3, stored: 2, rejected: 1 });
    expect(json.rejections).toEqual([{ path: '/data/workouts/1', metric: 'workouts', reason }]);
  });
});
