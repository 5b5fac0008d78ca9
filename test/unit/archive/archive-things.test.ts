import { describe, expect, test } from 'vitest';
import { decodeColumnBlock } from '../../../src/catalogue/column-block';
import { at, element, healthData } from '../../support/apple-export';
import { appleWorkout, ecgCsv, gpx, routePath } from '../../support/apple-workout';
import { zipFile } from '../../support/zip-file';
import { archiveRows } from './archive-rows';

const document = healthData(appleWorkout());

describe('workouts and ECGs of an export', () => {
  test('a workout by itself has its numbers, and no route', async () => {
    const { rows } = await archiveRows(document);
    expect(rows).toEqual([
      expect.objectContaining({
        name: 'Running',
        source: 'Watch',
        duration_s: 3570,
        is_indoor: 0,
        active_energy_kcal: 600,
        distance_km: 10.5,
        min_heart_rate: 90,
        avg_heart_rate: 140,
        max_heart_rate: 170,
        route: null,
        route_points: 0,
      }),
    ]);
    const details = JSON.parse(rows[0]?.['details'] as string);
    expect(details.scalars.intensity).toEqual({ qty: 9.5, units: 'kcal/hr·kg' });
    expect(details.other.events).toEqual([{ type: 'Pause', start: at(60), duration: '1', durationUnit: 'min' }]);
    expect(details.metadata).toEqual({ HKIndoorWorkout: '0', HKAverageMETs: '9.5 kcal/hr·kg' });
  });

  test('an older one has its totals as attributes', async () => {
    const workout = element('Workout', {
      workoutActivityType: 'HKWorkoutActivityTypeTraditionalStrengthTraining',
      duration: '0.5',
      durationUnit: 'hr',
      totalDistance: '1',
      totalDistanceUnit: 'mi',
      totalEnergyBurned: '100',
      totalEnergyBurnedUnit: 'kcal',
      sourceName: 'Watch',
      startDate: at(0),
      endDate: at(1800),
    });
    const { rows } = await archiveRows(healthData(workout));
    expect(rows[0]).toMatchObject({ name: 'Traditional Strength Training', duration_s: 1800, active_energy_kcal: 100 });
    expect(rows[0]?.['distance_km']).toBeCloseTo(1.609344, 9);
  });

  test('a route and an ECG come from the files beside the document', async () => {
    const zip = await zipFile([
      { name: `apple_health_export${routePath}`, content: gpx },
      { name: 'apple_health_export/electrocardiograms/ecg_2024-05-01.csv', content: ecgCsv },
      { name: 'apple_health_export/exportación.xml', content: document },
    ]);
    const { rows, account } = await archiveRows(zip);
    const route = decodeColumnBlock(rows[0]?.['route'] as Buffer);
    expect(route.columns).toMatchObject({
      latitude: [52.51, 52.52, 52.53],
      longitude: [13.41, 13.42, 13.43],
      altitude: [34.5, 34.5, 34.5],
      at_ms: [1, 2, 3].map((second) => Date.UTC(2024, 4, 1, 8, 0, second)),
      speed: [1.2, 1.2, 1.2],
      course: [null, null, null],
      horizontalAccuracy: [5, 5, 5],
      verticalAccuracy: [6, 6, 6],
    });
    expect(rows[1]).toMatchObject({
      family: 'ecg',
      classification: 'Rythme sinusal',
      sampling_hz: 512,
      voltage_count: 3,
    });
    const curve = decodeColumnBlock(rows[1]?.['voltages'] as Buffer);
    expect(curve.columns['voltage']).toEqual([-12.5, 3, 4.25]);
    expect(curve.columns['at_ms']?.[1]).toBeCloseTo(Date.UTC(2024, 4, 1, 8, 0, 30) + 1000 / 512, 3);
    expect(account).toMatchObject({ received: 2, rejected: 0 });
    // Whose it is stands in the header, and is nobody's business.
    expect(JSON.stringify(rows[1]?.['details'])).not.toMatch(/Anna|1990/);
  });

  test('a route that is not there or broken costs the workout its route alone', async () => {
    for (const files of [[], [{ name: `apple_health_export${routePath}`, content: gpx.slice(0, 300) }]]) {
      const { rows, account } = await archiveRows(
        await zipFile([...files, { name: 'apple_health_export/export.xml', content: document }]),
      );
      expect(rows[0]).toMatchObject({ family: 'workout', route: null, distance_km: 10.5 });
      expect(rows[0]?.['details']).toContain('"unreadableRoutes"');
      expect(account.rejected).toBe(0);
    }
  });

  test('a file that is no ECG, and one with a hole in its curve, are kept out', async () => {
    const { account } = await archiveRows(
      await zipFile([
        { name: 'a/ecg_1.csv', content: 'Name,Value\nNothing,here\n' },
        { name: 'a/ecg_2.csv', content: `${ecgCsv}\nhole\n5\n` },
        { name: 'a/export.xml', content: healthData() },
      ]),
    );
    expect(account.rejections).toEqual([
      { path: '/electrocardiograms/0', metric: 'ecg', reason: 'unknown_shape' },
      { path: '/electrocardiograms/1', metric: 'ecg', reason: 'series_malformed' },
    ]);
  });
});
