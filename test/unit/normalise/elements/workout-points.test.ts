import { describe, expect, it } from 'vitest';
import { decodeColumnBlock } from '../../../../src/catalogue/column-block';
import type { JsonObject, JsonValue } from '../../../../src/catalogue/json';
import { readWorkout } from '../../../../src/ingest/normalise/elements/workout.element';
import { detailsOf, readOne } from './read-one';

const workout: JsonObject = {
  id: '0B54F8D1-7C9A-4A5D-8E2F-1A2B3C4D5E6F',
  name: 'Running',
  start: '2026-05-05 18:00:00 +0200',
  end: '2026-05-05 18:45:00 +0200',
  activeEnergyBurned: { qty: 300, units: 'kcal' },
};

const read = (element: JsonObject) => readOne(readWorkout, element);

/** A block of a row, decoded. */
function blockOf(element: JsonObject, column: 'route' | 'series') {
  return decodeColumnBlock(read(element).row[column] as Buffer);
}

describe('series', () => {
  const at = '2026-05-05 18:01:00 +0200';
  const atMs = Date.UTC(2026, 4, 5, 16, 1);
  const withSeries: JsonObject = {
    ...workout,
    stepCount: [
      { date: at, qty: 120, units: 'count', source: 'Watch' },
      { date: at, qty: null, units: 'count', source: 'Watch' },
    ],
    activeEnergy: [{ date: at, qty: 3.0000000168879826, units: 'kcal', source: 'Watch' }],
    heartRateData: [{ date: at, Min: 90, Avg: 95.5, Max: 99, units: 'bpm', source: 'Watch' }],
    heartRateRecovery: null,
  };

  it('keeps each series with its points, in the units sent', () => {
    expect(blockOf(withSeries, 'series')).toEqual({
      rows: 4,
      columns: {
        series: ['activeEnergy', 'heartRateData', 'stepCount', 'stepCount'],
        at_ms: [atMs, atMs, atMs, atMs],
        qty: [3.0000000168879826, null, 120, null],
        min: [null, 90, null, null],
        avg: [null, 95.5, null, null],
        max: [null, 99, null, null],
        units: ['kcal', 'bpm', 'count', 'count'],
        source: ['Watch', 'Watch', 'Watch', 'Watch'],
      },
    });
    const { row } = read(withSeries);
    expect(row).toMatchObject({ series_points: 4, active_energy_kcal: expect.closeTo(300, 9), flags: 0 });
    expect(Object.keys(detailsOf(read(withSeries)))).not.toContain('unreadablePoints');
  });

  it('takes an unknown array of dated objects for a series, with fields that it does not know', () => {
    const runningPower = [{ date: at, qty: 250, units: 'W', zone: 3, source: { name: 'Pod' }, series: 'x', at_ms: 5 }];
    expect(blockOf({ ...workout, runningPower }, 'series').columns).toEqual({
      series: ['runningPower'],
      at_ms: [atMs],
      qty: [250],
      units: ['W'],
      zone: [3],
      source: ['{"name":"Pod"}'],
    });
  });

  it('keeps the place of points that cannot be read, and counts them', () => {
    const heartRateData: JsonValue[] = [
      null,
      { date: 'Invalid Date', Avg: 90 },
      { date: at, Avg: '90' },
      { date: at, Avg: 91, Min: null },
      JSON.parse(`{"date":"${at}","Avg":1e400}`),
    ];
    expect(blockOf({ ...workout, heartRateData }, 'series').columns).toEqual({
      series: Array(5).fill('heartRateData'),
      at_ms: [null, null, atMs, atMs, atMs],
      avg: [null, 90, null, 91, null],
      min: Array(5).fill(null),
    });
    expect(detailsOf(read({ ...workout, heartRateData }))['unreadablePoints']).toEqual({ heartRateData: 4 });
  });

  it('reads a wall-clock time in the offset of the workout, and epoch seconds as they are', () => {
    const stepCount = [
      { date: '2026-05-05 18:01:00', qty: 1 },
      { date: atMs / 1_000, qty: 1 },
      { date: String(atMs / 1_000), qty: 1 },
    ];
    expect(blockOf({ ...workout, stepCount }, 'series').columns['at_ms']).toEqual([atMs, atMs, atMs]);
  });

  it.each<[string, JsonObject]>([
    ['a route that is an object', { route: {} }],
    ['a route that is a text', { route: 'none' }],
    ['heart rates that are a number', { heartRateData: 5 }],
    ['a series that is a text', { stepCount: 'many' }],
    ['a series that is an object without a number', { activeEnergy: { units: 'kcal' } }],
    ['too many points', { route: Array(200_001).fill(null) }],
    [
      'too many points in all series together',
      { stepCount: Array(150_000).fill(0), swimStroke: Array(50_001).fill(0) },
    ],
    ['points with a different key each', { route: Array.from({ length: 40 }, (_, i) => ({ [`k${i}`]: i })) }],
    ['endless texts', { stepCount: Array(20).fill({ date: 1, note: 'x'.repeat(1_000_000) }) }],
  ])('rejects %s', (_title, change) => {
    expect(read({ ...workout, ...change }).reason).toBe('series_malformed');
  });

  it.each<[string, JsonObject]>([
    ['empty arrays', { route: [], heartRateData: [], stepCount: [] }],
    ['nulls', { route: null, heartRateData: null, stepCount: null }],
  ])('takes %s for nothing', (_title, change) => {
    const one = read({ ...workout, ...change });
    expect(one.row).toMatchObject({ route: null, route_points: 0, series: null, series_points: 0 });
    expect(one.row['details']).toBe(read(workout).row['details']);
  });
});

describe('route', () => {
  const point = {
    latitude: 52.520008123456,
    longitude: 13.404954,
    altitude: 34.25,
    course: -1,
    courseAccuracy: -1,
    horizontalAccuracy: 3.5,
    verticalAccuracy: -1,
    timestamp: '2026-05-05 18:00:01 +0200',
    speed: -1,
    speedAccuracy: 0,
  };
  const atMs = Date.UTC(2026, 4, 5, 16, 0, 1);

  it('keeps every field, with NULL for what a negative number says is not known', () => {
    expect(blockOf({ ...workout, route: [point] }, 'route').columns).toEqual({
      at_ms: [atMs],
      latitude: [52.520008123456],
      longitude: [13.404954],
      altitude: [34.25],
      course: [null],
      courseAccuracy: [null],
      horizontalAccuracy: [3.5],
      verticalAccuracy: [null],
      speed: [null],
      speedAccuracy: [0],
    });
    expect(detailsOf(read({ ...workout, route: [point] }))).not.toHaveProperty('unreadablePoints');
  });

  it('keeps the place of points that cannot be read, and counts them', () => {
    const route = [
      point,
      { ...point, latitude: 'x' },
      { ...point, latitude: 91 },
      { ...point, longitude: -180.1 },
      { ...point, longitude: null },
      7,
    ];
    const one = read({ ...workout, route });
    expect(one.row['route_points']).toBe(6);
    expect(detailsOf(one)['unreadablePoints']).toEqual({ route: 5 });
    const { latitude, longitude } = blockOf({ ...workout, route }, 'route').columns;
    expect(latitude?.map((cell) => cell === null)).toEqual([false, true, true, false, false, true]);
    expect(longitude?.map((cell) => cell === null)).toEqual([false, false, false, true, true, true]);
  });

  it('lets the full spelling win, whatever the order of the keys', () => {
    const one = blockOf({ ...workout, route: [{ ...point, lat: 1 }] }, 'route');
    const other = blockOf({ ...workout, route: [{ lat: 1, ...point }] }, 'route');
    expect(one.columns['latitude']).toEqual([52.520008123456]);
    expect(other).toEqual(one);
  });

  it('takes 10,000 points', () => {
    const route = Array.from({ length: 10_000 }, (_, i) => ({ ...point, latitude: 50 + i / 1e6 }));
    expect(blockOf({ ...workout, route }, 'route').columns['latitude']?.[9_999]).toBe(50 + 9_999 / 1e6);
  });
});
