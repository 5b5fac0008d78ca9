import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeColumnBlock } from '../../../src/catalogue/column-block';
import { insertRows } from './insert-row';
import { type OpenQuery, openQuery } from './open-query';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
});

afterAll(() => query?.close());

const id = (number: number) => `0190a5b2-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** Reads a list one item a page and gives the ids, or whatever `key` is. */
async function idsOf(path: string, list: string, key = 'id'): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = ''; ids.length < 20; ) {
    const { status, body } = await query.get(`${path}${path.includes('?') ? '&' : '?'}limit=1${cursor}`);
    expect(status).toBe(200);
    ids.push(...body[list].map((item: Record<string, string>) => item[key]));
    if (body.nextCursor === null) return ids;
    cursor = `&cursor=${body.nextCursor}`;
  }
  throw new Error('there is no end');
}

describe('sleep', () => {
  const night = { source: 'Watch', wake_date: '2026-05-02' };

  beforeAll(async () => {
    await insertRows(
      query,
      'sleep_metrics',
      query.me,
      {
        ...night,
        id: id(1),
        started_at: '2026-05-01T20:00:00Z',
        ended_at: '2026-05-02T04:30:00Z',
        sleep_start_at: '2026-05-01T20:30:00Z',
        sleep_end_at: '2026-05-02T04:00:00Z',
        in_bed_start_at: '2026-05-01T20:00:00Z',
        in_bed_end_at: '2026-05-02T04:30:00Z',
        total_sleep_hours: 7.1,
        asleep_hours: 0,
        core_hours: 4,
        deep_hours: 1.1,
        rem_hours: 2,
        awake_hours: 0.4,
        in_bed_hours: 8.5,
      },
      {
        ...night,
        id: id(2),
        started_at: '2026-05-02T12:00:00Z',
        ended_at: '2026-05-02T12:30:00Z',
        total_sleep_hours: 82,
        flags: 1,
      },
      {
        ...night,
        id: id(3),
        wake_date: '2026-05-03',
        started_at: '2026-05-02T20:00:00Z',
        ended_at: '2026-05-03T04:00:00Z',
      },
    );
    await insertRows(query, 'sleep_metrics', query.other, {
      ...night,
      id: id(4),
      started_at: '2026-05-02T20:00:00Z',
      ended_at: '2026-05-03T04:00:00Z',
    });
    const segment = { recorded_at: '2026-05-01T20:30:00Z', source: 'Watch' };
    await insertRows(
      query,
      'sleep_segments',
      query.me,
      { ...segment, stage: 'core', ended_at: '2026-05-01T21:00:00Z' },
      { ...segment, stage: 'in_bed', ended_at: '2026-05-02T04:30:00Z' },
      { ...segment, stage: 'core', ended_at: '2026-05-01T21:30:00.5Z', flags: 1 },
      { ...segment, recorded_at: '2026-05-02T20:30:00Z', stage: 'rem', ended_at: '2026-05-02T21:00:00Z' },
    );
  });

  test('has nights and naps with all that was sent', async () => {
    const { status, body } = await query.get('/v1/sleep?from=2026-05-02&to=2026-05-03');
    expect(status).toBe(200);
    expect(body).toEqual({
      nights: [
        {
          id: id(1),
          wakeDate: '2026-05-02',
          source: 'Watch',
          startedAt: '2026-05-01T20:00:00.000Z',
          endedAt: '2026-05-02T04:30:00.000Z',
          sleepStartAt: '2026-05-01T20:30:00.000Z',
          sleepEndAt: '2026-05-02T04:00:00.000Z',
          inBedStartAt: '2026-05-01T20:00:00.000Z',
          inBedEndAt: '2026-05-02T04:30:00.000Z',
          totalSleepHours: 7.1,
          asleepHours: 0,
          coreHours: 4,
          deepHours: 1.1,
          remHours: 2,
          awakeHours: 0.4,
          inBedHours: 8.5,
          zoneOffsetMinutes: 120,
        },
        expect.objectContaining({ id: id(2), totalSleepHours: 82, coreHours: null, sleepStartAt: null, odd: true }),
      ],
      nextCursor: null,
    });
  });

  test('is paged', async () => {
    expect(await idsOf('/v1/sleep', 'nights')).toEqual([id(1), id(2), id(3)]);
    expect(await idsOf('/v1/sleep?order=desc', 'nights')).toEqual([id(3), id(2), id(1)]);
    expect(await idsOf('/v1/sleep/segments', 'segments', 'endedAt')).toEqual([
      '2026-05-01T21:00:00.000Z',
      '2026-05-01T21:30:00.500Z',
      '2026-05-02T04:30:00.000Z',
      '2026-05-02T21:00:00.000Z',
    ]);
  });

  test('has segments', async () => {
    const { body } = await query.get('/v1/sleep/segments?from=2026-05-01T20:30:00Z&to=2026-05-01T20:30:01Z');
    expect(body.segments).toHaveLength(3);
    expect(body.segments[1]).toEqual({
      startedAt: '2026-05-01T20:30:00.000Z',
      endedAt: '2026-05-01T21:30:00.500Z',
      stage: 'core',
      source: 'Watch',
      zoneOffsetMinutes: 120,
      odd: true,
    });
  });
});

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
        id: id(1),
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
      { ...workout, id: id(2), started_at: '2026-05-02T06:00:00Z', flags: 1 },
    );
    await insertRows(query, 'workouts', query.other, { ...workout, id: id(3) });
  });

  const summary = {
    id: id(1),
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
    expect(await idsOf('/v1/workouts', 'workouts')).toEqual([id(1), id(2)]);
  });

  test('have a route as GeoJSON and series', async () => {
    const { status, body } = await query.get(`/v1/workouts/${id(1).toUpperCase()}`);
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
    expect((await query.get(`/v1/workouts/${id(2)}`)).body).toMatchObject({
      details: {},
      route: null,
      series: {},
      odd: true,
    });
  });
});

describe('events', () => {
  beforeAll(async () => {
    const event = { name: 'Fatiga', source: 'iPhone', started_at: '2026-05-01T06:00:00Z' };
    await insertRows(
      query,
      'health_events',
      query.me,
      {
        ...event,
        id: id(1),
        kind: 'symptom',
        value: 'Mild',
        ended_at: '2026-05-01T07:00:00Z',
        details: { userEntered: true },
      },
      { ...event, id: id(2), kind: 'medication', started_at: '2026-05-01T05:00:00Z' },
      { ...event, id: id(3), kind: 'symptom', started_at: '2026-05-03T05:00:00Z' },
    );
    await insertRows(query, 'health_events', query.other, { ...event, id: id(4), kind: 'symptom' });
  });

  test('are of all kinds or of one', async () => {
    expect(await idsOf('/v1/events', 'events')).toEqual([id(2), id(1), id(3)]);
    expect(await idsOf('/v1/events?kind=symptom', 'events')).toEqual([id(1), id(3)]);
    expect(await idsOf('/v1/events?kind=cycle_tracking', 'events')).toEqual([]);
    expect(await idsOf('/v1/events?kind=symptom&to=2026-05-02', 'events')).toEqual([id(1)]);
    expect((await query.get('/v1/events?kind=party')).body.code).toBe('query_invalid');
  });

  test('have all that was sent', async () => {
    const { body } = await query.get('/v1/events?kind=symptom&limit=1');
    expect(body.events).toEqual([
      {
        id: id(1),
        kind: 'symptom',
        name: 'Fatiga',
        source: 'iPhone',
        startedAt: '2026-05-01T06:00:00.000Z',
        endedAt: '2026-05-01T07:00:00.000Z',
        value: 'Mild',
        details: { userEntered: true },
        zoneOffsetMinutes: 120,
      },
    ]);
  });
});

describe('electrocardiograms', () => {
  const startedAt = '2026-05-01T06:00:00.000Z';
  const atMs = Date.parse(startedAt);

  beforeAll(async () => {
    const recording = { source: 'Watch', started_at: startedAt };
    await insertRows(
      query,
      'ecg_recordings',
      query.me,
      {
        ...recording,
        id: id(1),
        ended_at: '2026-05-01T06:00:30Z',
        classification: 'Sinus Rhythm',
        average_heart_rate: 61,
        sampling_hz: 512.6,
        voltage_count: 2,
        voltages: encodeColumnBlock({
          rows: 2,
          columns: { at_ms: [atMs, atMs + 1.951], voltage: [12.5, -3], units: ['mcV', 'mcV'] },
        }),
      },
      { ...recording, id: id(2), started_at: '2026-05-02T06:00:00Z' },
    );
    await insertRows(query, 'ecg_recordings', query.other, { ...recording, id: id(3) });
  });

  test('are listed without their voltages', async () => {
    expect(await idsOf('/v1/ecg', 'ecg')).toEqual([id(1), id(2)]);
    expect((await query.get('/v1/ecg?limit=1')).body.ecg[0]).not.toHaveProperty('voltages');
  });

  test('have voltages', async () => {
    expect((await query.get(`/v1/ecg/${id(1)}`)).body).toEqual({
      id: id(1),
      source: 'Watch',
      startedAt,
      endedAt: '2026-05-01T06:00:30.000Z',
      classification: 'Sinus Rhythm',
      severity: null,
      averageHeartRate: 61,
      samplingHz: 512.6,
      voltageCount: 2,
      zoneOffsetMinutes: 120,
      details: {},
      voltages: { unit: 'mcV', values: [12.5, -3], offsetsMs: [0, 1.951], columns: {} },
    });
    expect((await query.get(`/v1/ecg/${id(2)}`)).body.voltages).toBeNull();
  });
});

test('what is somebody else’s is as unknown as what is nobody’s', async () => {
  for (const path of [`/v1/workouts/${id(3)}`, `/v1/ecg/${id(3)}`]) {
    expect((await query.get(path, query.other)).status).toBe(200);
    const [theirs, nobodys] = await Promise.all([query.get(path), query.get(path.replace(id(3), id(99)))]);
    expect(theirs).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect({ ...theirs.body, requestId: '' }).toEqual({ ...nobodys.body, requestId: '' });
  }
});
