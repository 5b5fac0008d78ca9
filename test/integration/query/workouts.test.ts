import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeColumnBlock } from '../../../src/catalogue/column-block';
import { insertRows } from './insert-row';
import { type OpenQuery, openQuery } from './open-query';
import { readIds, thingId } from './read-ids';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
});

afterAll(() => query?.close());

describe('workouts', () => {
  const workout = {
    name: 'Laufen',
    source: 'Watch',
    started_at: '2026-05-01T06:00:00Z',
    ended_at: '2026-05-01T06:30:00Z',
  };
  const atMs = Date.parse('2026-05-01T06:00:00Z');

  beforeAll(async () => {
    await insertRows(
      query,
      'workouts',
      query.me,
      {
        ...workout,
        id: thingId(1),
        duration_s: 1800,
        location: 'Outdoor',
        is_indoor: false,
        active_energy_kcal: 300,
        distance_km: 5.1,
        avg_heart_rate: 150,
        details: { scalars: { humidity: { qty: 60, units: '%' } } },
        route: encodeColumnBlock({
          rows: 2,
          columns: {
            at_ms: [atMs, atMs + 1000],
            latitude: [52.1, 52.2],
            longitude: [13.1, 13.2],
            altitude: [30, 31.5],
            speed: [2, null],
          },
        }),
        route_points: 2,
        series: encodeColumnBlock({
          rows: 1,
          columns: { series: ['heartRateData'], at_ms: [atMs], avg: [150], units: ['bpm'] },
        }),
        series_points: 1,
      },
      { ...workout, id: thingId(2), started_at: '2026-05-02T06:00:00Z', flags: 1 },
    );
    await insertRows(query, 'workouts', query.other, { ...workout, id: thingId(3) });
  });

  const summary = {
    id: thingId(1),
    name: 'Laufen',
    source: 'Watch',
    startedAt: '2026-05-01T06:00:00.000Z',
    endedAt: '2026-05-01T06:30:00.000Z',
    durationS: 1800,
    location: 'Outdoor',
    isIndoor: false,
    activeEnergyKcal: 300,
    totalEnergyKcal: null,
    distanceKm: 5.1,
    minHeartRate: null,
    avgHeartRate: 150,
    maxHeartRate: null,
    routePoints: 2,
    seriesPoints: 1,
    zoneOffsetMinutes: 120,
  };

  test('are listed without their routes', async () => {
    const { body } = await query.get('/v1/workouts?to=2026-05-02');
    expect(body).toEqual({ workouts: [summary], nextCursor: null });
    expect(await readIds(query, '/v1/workouts', 'workouts')).toEqual([thingId(1), thingId(2)]);
  });

  test('have a route as GeoJSON and series', async () => {
    const { status, body } = await query.get(`/v1/workouts/${thingId(1).toUpperCase()}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...summary,
      details: { scalars: { humidity: { qty: 60, units: '%' } } },
      route: {
        type: 'Feature',
        geometry: {
          type: 'LineString',
          coordinates: [
            [13.1, 52.1, 30],
            [13.2, 52.2, 31.5],
          ],
        },
        properties: {
          timestamps: ['2026-05-01T06:00:00.000Z', '2026-05-01T06:00:01.000Z'],
          columns: { speed: [2, null] },
        },
      },
      series: { heartRateData: [{ avg: 150, units: 'bpm', recordedAt: '2026-05-01T06:00:00.000Z' }] },
    });
  });

  test('may have neither', async () => {
    expect((await query.get(`/v1/workouts/${thingId(2)}`)).body).toMatchObject({
      details: {},
      route: null,
      series: {},
      odd: true,
    });
  });

  test('of somebody else are as unknown as those of nobody', async () => {
    expect((await query.get(`/v1/workouts/${thingId(3)}`, query.other)).status).toBe(200);
    const theirs = await query.get(`/v1/workouts/${thingId(3)}`);
    const nobodys = await query.get(`/v1/workouts/${thingId(99)}`);
    expect(theirs).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect({ ...theirs.body, requestId: '' }).toEqual({ ...nobodys.body, requestId: '' });
  });
});
