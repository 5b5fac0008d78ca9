import { describe, expect, it } from 'vitest';
import { decodeColumnBlock } from '../../../../src/catalogue/column-block';
import type { JsonObject } from '../../../../src/catalogue/json';
import { readWorkout } from '../../../../src/ingest/normalise/elements/workout.element';
import { detailsOf, readOne } from './read-one';

const read = (element: JsonObject) => readOne(readWorkout, element);

const v2: JsonObject = {
  id: '0B54F8D1-7C9A-4A5D-8E2F-1A2B3C4D5E6F',
  name: 'Outdoor_Ausführen',
  start: '2026-05-05 18:00:00 +0200',
  end: '2026-05-05 18:45:00 +0200',
  duration: 2_650.5,
  location: 'Outdoor',
  isIndoor: false,
  activeEnergyBurned: { qty: 1_255.2, units: 'kJ' },
  totalEnergy: { qty: 350, units: 'kcal' },
  distance: { qty: 5, units: 'mi' },
  intensity: { qty: 7.1, units: 'kcal/hr·kg' },
  lapLength: { qty: 0.025, units: 'm' },
  elevationUp: { qty: 41, units: 'm' },
  heartRate: {
    min: { qty: 91, units: 'bpm' },
    avg: { qty: 141.5, units: 'bpm' },
    max: { qty: 171, units: 'bpm' },
  },
  strokeStyle: 'Freestyle',
  swolfScore: 32,
  metadata: { HKIndoorWorkout: '0' },
  source: 'Watch',
};

const v1: JsonObject = {
  name: 'Running',
  start: '2021-05-05 18:00:00 -0700',
  end: '2021-05-05 18:45:00 -0700',
  activeEnergy: { qty: 300, units: 'kcal' },
  totalEnergy: 350,
  stepCount: { qty: 4_000, units: 'steps' },
  avgHeartRate: { qty: 141, units: 'bpm' },
  maxHeartRate: { qty: 170, units: 'count/min' },
  intesity: { qty: 7, units: 'MET' },
  distance: { qty: 8_046.72, units: 'm' },
  isIndoor: true,
  elevation: { ascent: 10, descent: 12.5, units: 'm' },
  heartRateData: [{ date: '2021-05-05 18:00:05 -0700', qty: 99, units: 'count/min' }],
  heartRateRecovery: null,
  route: [{ lat: 37.1, lon: -122.1, altitude: -3.5, timestamp: '2021-05-05 18:00:01 -0700' }],
};

/** A block of a row, decoded. */
function blockOf(element: JsonObject, column: 'route' | 'series') {
  return decodeColumnBlock(read(element).row[column] as Buffer);
}

describe('readWorkout', () => {
  it('reads version 2', () => {
    const one = read(v2);
    expect(one.row).toEqual({
      id: '0b54f8d1-7c9a-4a5d-8e2f-1a2b3c4d5e6f',
      name: 'Outdoor_Ausführen',
      source: 'Watch',
      started_at: Date.UTC(2026, 4, 5, 16),
      ended_at: Date.UTC(2026, 4, 5, 16, 45),
      duration_s: 2_650.5,
      location: 'Outdoor',
      is_indoor: 0,
      active_energy_kcal: expect.closeTo(300, 9),
      total_energy_kcal: 350,
      distance_km: expect.closeTo(8.04672, 9),
      min_heart_rate: 91,
      avg_heart_rate: 141.5,
      max_heart_rate: 171,
      details: expect.any(String),
      route: null,
      route_points: 0,
      series: null,
      series_points: 0,
      zone_offset_minutes: 120,
      flags: 0,
    });
    expect(detailsOf(one)).toEqual({
      scalars: {
        activeEnergyBurned: v2['activeEnergyBurned'],
        totalEnergy: v2['totalEnergy'],
        distance: v2['distance'],
        intensity: v2['intensity'],
        lapLength: { qty: 0.025, units: 'm' },
        elevationUp: v2['elevationUp'],
        swolfScore: { qty: 32 },
      },
      metadata: { HKIndoorWorkout: '0' },
      other: { heartRate: v2['heartRate'], strokeStyle: 'Freestyle' },
    });
  });

  it('reads version 1', () => {
    const one = read(v1);
    expect(one.row).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
      duration_s: 2_700,
      is_indoor: 1,
      active_energy_kcal: 300,
      total_energy_kcal: 350,
      distance_km: expect.closeTo(8.04672, 9),
      min_heart_rate: null,
      avg_heart_rate: 141,
      max_heart_rate: 170,
      route_points: 1,
      series_points: 1,
      flags: 0,
    });
    expect(detailsOf(one)).toEqual({
      scalars: {
        activeEnergy: v1['activeEnergy'],
        totalEnergy: { qty: 350 },
        stepCount: v1['stepCount'],
        avgHeartRate: v1['avgHeartRate'],
        maxHeartRate: v1['maxHeartRate'],
        intensity: v1['intesity'],
        distance: v1['distance'],
        elevationUp: { qty: 10, units: 'm' },
        elevationDown: { qty: 12.5, units: 'm' },
      },
    });
    expect(blockOf(v1, 'route')).toEqual({
      rows: 1,
      columns: { altitude: [-3.5], at_ms: [Date.UTC(2021, 4, 6, 1, 0, 1)], latitude: [37.1], longitude: [-122.1] },
    });
    expect(blockOf(v1, 'series').columns).toEqual({
      at_ms: [Date.UTC(2021, 4, 6, 1, 0, 5)],
      qty: [99],
      series: ['heartRateData'],
      units: ['count/min'],
    });
  });

  it('is the same by its id, else by start, end and source, never by its localised name', () => {
    const idOf = (change: JsonObject): unknown => read({ ...v1, ...change }).row['id'];
    const first = idOf({});
    expect(idOf({ name: 'Laufen', route: [] })).toBe(first);
    expect(idOf({ start: '2021-05-06T01:00:00Z' })).toBe(first);
    expect(idOf({ end: '2021-05-05 18:46:00 -0700' })).not.toBe(first);
    expect(idOf({ source: 'Watch' })).not.toBe(first);
    expect(idOf({ id: 'no-uuid' })).not.toBe(first);
    expect(idOf({ id: 'no-uuid', end: '2021-05-05 18:46:00 -0700' })).toBe(idOf({ id: 'no-uuid' }));
    expect(detailsOf(read({ ...v1, id: 'no-uuid' }))['other']).toEqual({ id: 'no-uuid' });
  });

  it.each<[string, JsonObject, JsonObject]>([
    [
      'heart rates as bare numbers',
      { heartRate: { min: 60, avg: 80, max: 100 } },
      { min_heart_rate: 60, avg_heart_rate: 80, max_heart_rate: 100, flags: 0 },
    ],
    [
      'no heart rate',
      { heartRate: null },
      { min_heart_rate: null, avg_heart_rate: null, max_heart_rate: null, flags: 0 },
    ],
    ['no energy', { totalEnergy: null }, { total_energy_kcal: null, flags: 0 }],
    ['a unit that is not one of the metric', { distance: { qty: 3, units: 'laps' } }, { distance_km: null, flags: 0 }],
    ['a heart rate of 0', { heartRate: { avg: 0 } }, { avg_heart_rate: null, flags: 1 }],
    ['a negative energy', { totalEnergy: { qty: -5, units: 'kcal' } }, { total_energy_kcal: null, flags: 1 }],
    ['a text for a number', { totalEnergy: { qty: '350', units: 'kcal' } }, { total_energy_kcal: null, flags: 1 }],
    [
      'a lowest above the highest',
      { heartRate: { min: 100, max: 90 } },
      { min_heart_rate: 100, max_heart_rate: 90, flags: 1 },
    ],
    ['a negative duration', { duration: -1 }, { duration_s: 2_700, flags: 1 }],
    ['a duration that is a text', { duration: '45 min' }, { duration_s: 2_700, flags: 1 }],
    ['no name', { name: null }, { name: 'Workout' }],
    ['an end at the start', { end: '2026-05-05 18:00:00 +0200', duration: null }, { duration_s: 0 }],
    ['isIndoor that is no boolean', { isIndoor: 'yes' }, { is_indoor: null }],
  ])('reads %s', (_title, change, cells) => {
    expect(read({ ...v2, ...change }).row).toMatchObject(cells);
  });

  it('keeps fields that it does not know, and those that are not what they should be', () => {
    const change: JsonObject = JSON.parse(
      '{"vo2":{"qty":51,"units":"x"},"elevation":{"ascent":1,"note":"n"},"totalEnergy":{"qty":"a"},"isIndoor":1,' +
        '"laps":[{"index":1}],"duration":"x","location":{"a":1}}',
    );
    const one = read({ ...v2, ...change });
    expect(one.row).toMatchObject({ total_energy_kcal: null, location: null, is_indoor: null, flags: 1 });
    const { scalars, other } = detailsOf(one);
    expect(scalars).toMatchObject({ vo2: { qty: 51, units: 'x' }, isIndoor: { qty: 1 } });
    expect(other).toMatchObject({
      elevation: { ascent: 1, note: 'n' },
      totalEnergy: { qty: 'a' },
      laps: [{ index: 1 }],
      duration: 'x',
      location: { a: 1 },
    });
  });

  it('keeps a key __proto__ and is not polluted by it', () => {
    const sent = JSON.parse(`{"__proto__":{"polluted":true},${JSON.stringify(v1).slice(1)}`);
    expect(read(sent).row['details']).toContain('"other":{"__proto__":{"polluted":true}}');
    expect(({} as JsonObject)['polluted']).toBeUndefined();
  });

  it('prefers what was sent under its own name over what is made of another field', () => {
    const both = { ...v1, intensity: { qty: 8, units: 'MET' }, elevationUp: { qty: 99, units: 'm' } };
    expect(detailsOf(read(both))['scalars']).toMatchObject({
      intensity: { qty: 8, units: 'MET' },
      elevationUp: { qty: 99, units: 'm' },
      elevationDown: { qty: 12.5, units: 'm' },
    });
  });

  it.each<[string, JsonObject, string]>([
    ['no start', { start: null }, 'date_missing'],
    ['no end', { end: '' }, 'date_missing'],
    ['an unreadable start', { start: 'today' }, 'date_unreadable'],
    ['an end before the start', { end: '2026-05-05 17:59:59 +0200' }, 'end_before_start'],
    ['an end ahead of now', { end: '2026-06-05 17:59:59 +0200' }, 'date_in_future'],
    ['a name with a NUL', { name: 'Run\0' }, 'text_invalid'],
    ['an endless location', { location: 'x'.repeat(501) }, 'text_too_long'],
    ['a lone surrogate in the metadata', { metadata: { a: '\ud83d' } }, 'text_invalid'],
    ['an infinity', JSON.parse('{"speed":{"qty":1e400,"units":"km/hr"}}'), 'value_not_a_number'],
    ['a source that is an array', { source: [] }, 'text_invalid'],
  ])('rejects %s', (_title, change, reason) => {
    expect(read({ ...v2, ...change }).reason).toBe(reason);
  });
});
