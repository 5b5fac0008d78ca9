import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metric, metricsBody, oneMetric, secondOf } from '../../support/health-export';
import { type Service, startService } from '../../support/service';
import { storedRows } from '../../support/stored-rows';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const at = (n: number, values: Record<string, unknown>): unknown => ({ date: secondOf(n), source: 'Watch', ...values });

/** Every metric of which a sample is the rate or level of something, with its unit and a value that it can have. */
const rateMetrics: readonly (readonly [string, string, number])[] = [
  ['heart_rate', 'count/min', 72],
  ['resting_heart_rate', 'count/min', 55],
  ['walking_heart_rate_average', 'count/min', 95],
  ['heart_rate_variability', 'ms', 45],
  ['cardio_recovery', 'count/min', 30],
  ['atrial_fibrillation_burden', '%', 2],
  ['peripheral_perfusion_index', '%', 5],
  ['blood_oxygen_saturation', '%', 97],
  ['respiratory_rate', 'count/min', 15],
  ['vo2_max', 'ml/(kg·min)', 45],
  ['physical_effort', 'kcal/hr·kg', 3],
  ['walking_speed', 'km/hr', 5],
  ['walking_step_length', 'cm', 70],
  ['walking_asymmetry_percentage', '%', 3],
  ['walking_double_support_percentage', '%', 28],
  ['stair_speed_up', 'm/s', 0.5],
  ['stair_speed_down', 'm/s', 0.6],
  ['running_speed', 'km/hr', 11],
  ['running_power', 'W', 250],
  ['running_ground_contact_time', 'ms', 240],
  ['running_stride_length', 'm', 1.2],
  ['running_vertical_oscillation', 'cm', 9],
  ['cycling_speed', 'km/hr', 25],
  ['cycling_power', 'W', 180],
  ['cycling_cadence', 'count/min', 85],
  ['environmental_audio_exposure', 'dBASPL', 65],
  ['headphone_audio_exposure', 'dBASPL', 70],
  ['apple_sleeping_wrist_temperature', 'degC', 35],
  ['body_temperature', 'degC', 36.6],
  ['basal_body_temperature', 'degC', 36.4],
  ['breathing_disturbances', 'count', 4],
  ['weight_body_mass', 'kg', 80],
  ['body_mass_index', 'count', 24],
  ['underwater_depth', 'm', 5],
  ['underwater_temperature', 'degC', 20],
  ['uv_exposure', 'count', 4],
  ['electrodermal_activity', 'mcS', 5],
  ['moon_phase', 'percent of full', 50],
];

describe('any rate metric', () => {
  test.each(rateMetrics)('%s as qty, as Min/Avg/Max and as min/avg/max', async (name, units, value) => {
    const phone = await service.newPhone();
    const min = value * 0.9;
    const max = value * 1.02;
    const points = [at(1, { qty: value }), at(2, { Min: min, Avg: value, Max: max }), at(3, { min, avg: value, max })];
    const { json } = await phone.post(oneMetric(name, units, ...points));
    expect(json.metrics).toEqual({ [name]: { received: 3, stored: 3, updated: 0, unchanged: 0, rejected: 0 } });
    const table = name === 'heart_rate' ? 'heart_rate_metrics' : 'quantity_metrics';
    expect(await storedRows(service, phone.userId, table)).toMatchObject([
      { value, min: null, max: null },
      { value, min, max },
      { value, min, max },
    ]);
  });

  test('the shapes may be mixed within one block, and a start, end and metadata be there', async () => {
    const phone = await service.newPhone();
    const extra = { start: secondOf(2), end: secondOf(3), metadata: { HKWasUserEntered: 1 } };
    const points = [at(1, { qty: 60 }), at(2, { Min: 59, Avg: 60, Max: 61, ...extra }), at(3, { qty: 62, ...extra })];
    expect((await phone.post(oneMetric('heart_rate', 'bpm', ...points))).json).toMatchObject({ stored: 3 });
  });
});

describe('shapes of single metrics', () => {
  test('blood_pressure', async () => {
    const phone = await service.newPhone();
    await phone.post(oneMetric('blood_pressure', 'mmHg', at(1, { systolic: 121, diastolic: 79 })));
    expect(await storedRows(service, phone.userId, 'blood_pressure_metrics')).toMatchObject([
      { systolic: 121, diastolic: 79, source: 'Watch' },
    ]);
  });

  const inContext: readonly (readonly [string, string, string, readonly unknown[]])[] = [
    ['blood_glucose', 'mg/dL', 'mealTime', ['Before Meal', 'After Meal', 'Unspecified']],
    ['insulin_delivery', 'IU', 'reason', ['Bolus', 'Basal']],
    ['handwashing', 's', 'value', ['Complete', 'Incomplete']],
    ['toothbrushing', 's', 'value', ['Complete', 'Incomplete']],
  ];
  test.each(inContext)('%s (%s) keeps readings of one instant apart by %s', async (name, units, key, words) => {
    const phone = await service.newPhone();
    const points = words.map((word, n) => at(1, { qty: 40 + n, [key]: word }));
    const body = oneMetric(name, units, ...points);
    expect((await phone.post(body)).json).toMatchObject({ received: words.length, stored: words.length });
    expect((await phone.post(body)).json).toMatchObject({ unchanged: words.length });
    const rows = await storedRows(service, phone.userId, 'quantity_metrics');
    expect(new Set(rows.map(({ context }) => context)).size).toBe(words.length);
    expect(rows.map(({ value }) => value).sort()).toEqual(words.map((_, n) => 40 + n));
  });

  test('blood_glucose without mealTime is Unspecified', async () => {
    const phone = await service.newPhone();
    await phone.post(oneMetric('blood_glucose', 'mg/dL', at(1, { qty: 90, mealTime: 'Unspecified' })));
    const { json } = await phone.post(oneMetric('blood_glucose', 'mg/dL', at(1, { qty: 90 })));
    expect(json).toMatchObject({ received: 1, unchanged: 1 });
  });

  test('handwashing counted, not timed, is kept under its own unit', async () => {
    const phone = await service.newPhone();
    await phone.post(oneMetric('handwashing', 'count', at(1, { qty: 1, value: 'Complete' })));
    const kept = await service.sql('SELECT name, unit FROM user_metrics WHERE user_id = $1', [phone.userId]);
    expect(kept).toEqual([{ name: 'handwashing', unit: 'count' }]);
  });

  test('sexual_activity with counts under keys that contain spaces', async () => {
    const phone = await service.newPhone();
    const points = [
      at(1, { Unspecified: 1 }),
      at(2, { 'Protection Used': 1, 'Protection Not Used': 0, Unspecified: 0 }),
      at(3, { 'Protection Used': 1, 'Protection Not Used': 2, Unspecified: 3 }),
    ];
    const { json } = await phone.post(oneMetric('sexual_activity', 'count', ...points));
    expect(json).toMatchObject({ received: 3, stored: 3, rejected: 0 });
    const rows = await storedRows(service, phone.userId, 'quantity_metrics');
    expect(rows.map(({ value }) => value)).toEqual([1, 1, 6]);
  });

  const aliases: readonly (readonly [string, string, string])[] = [
    ['vo2max', 'vo2_max', 'ml/(kg·min)'],
    ['walking_heart_rate', 'walking_heart_rate_average', 'count/min'],
    ['body_mass', 'weight_body_mass', 'kg'],
    ['weight', 'weight_body_mass', 'kg'],
    ['Weight & Body Mass', 'weight_body_mass', 'kg'],
    ['monosaturated_fat', 'monounsaturated_fat', 'g'],
    ['dietary_magnesium', 'magnesium', 'mg'],
    ['active_energy_burned', 'active_energy', 'kcal'],
    ['resting_energy', 'basal_energy_burned', 'kcal'],
    ['oxygen_saturation', 'blood_oxygen_saturation', '%'],
    ['heart_rate_recovery_one_minute', 'cardio_recovery', 'count/min'],
    ['number_of_alcoholic_beverages', 'alcohol_consumption', 'count'],
    ['under_water_depth', 'underwater_depth', 'm'],
    ['mindful_session', 'mindful_minutes', 'min'],
  ];
  test.each(aliases)('the alias %s is %s', async (alias, name, units) => {
    const phone = await service.newPhone();
    const blocks = [metric(alias, units, [at(1, { qty: 40 })]), metric(name, units, [at(1, { qty: 41 })])];
    const { json } = await phone.post(metricsBody(...blocks));
    expect(json.metrics).toEqual({ [name]: { received: 2, stored: 1, updated: 1, unchanged: 0, rejected: 0 } });
    expect(await storedRows(service, phone.userId, 'quantity_metrics')).toMatchObject([{ value: 41 }]);
  });

  const unusable: readonly (readonly [string, unknown, string])[] = [
    ['a metric without a name', { units: 'count', data: [at(1, { qty: 1 }), at(2, { qty: 2 })] }, 'name_missing'],
    ['a metric with an empty name', metric('', 'count', [at(1, { qty: 1 })]), 'name_missing'],
    [
      'a metric with units that are no text',
      { ...metric('step_count', 'count', [at(1, { qty: 1 })]), units: 7 },
      'metric_malformed',
    ],
    [
      'a metric with data that is no array',
      metric('step_count', 'count', { date: secondOf(1), qty: 1 }),
      'metric_malformed',
    ],
    ['a metric with NUL in its name', metric('step\0count', 'count', [at(1, { qty: 1 })]), 'text_invalid'],
    [
      'a metric with a lone surrogate in its name',
      metric('step\ud800count', 'count', [at(1, { qty: 1 })]),
      'text_invalid',
    ],
    ['a metric with NUL in its units', metric('moon', 'a\0b', [at(1, { qty: 1 })]), 'text_invalid'],
    [
      'a metric with a name of 10,000 characters',
      metric('x'.repeat(10_000), 'count', [at(1, { qty: 1 })]),
      'text_too_long',
    ],
    [
      'a metric with units of 10,000 characters',
      metric('moon', 'x'.repeat(10_000), [at(1, { qty: 1 })]),
      'text_too_long',
    ],
  ];
  test.each(unusable)('%s is rejected alone', async (_name, block, reason) => {
    const phone = await service.newPhone();
    const good = metric('heart_rate', 'bpm', [at(1, { qty: 60 })]);
    const { status, json } = await phone.post(metricsBody(good, block, good));
    expect(status).toBe(200);
    expect(json).toMatchObject({ stored: 1, unchanged: 1 });
    expect(json.rejected).toBeGreaterThan(0);
    expect(new Set(json.rejections.map((rejection) => rejection.reason))).toEqual(new Set([reason]));
    expect(json.received).toBe(2 + json.rejected);
  });

  test.each([[undefined], [null], [[]]])('a metric with data %j has no samples', async (data) => {
    const phone = await service.newPhone();
    const { status, json } = await phone.post(metricsBody({ name: 'step_count', units: 'count', data }));
    expect(status).toBe(200);
    expect(json).toMatchObject({ received: 0, rejected: 0 });
  });
});

test('samples of one metric in two shapes, which go to two tables', async () => {
  const phone = await service.newPhone();
  const shapes = [
    { systolic: 120, diastolic: 80 },
    { qty: 118 },
    { Min: 110, Avg: 117, Max: 121 },
    { systolic: 125, diastolic: 85 },
  ];
  const points = shapes.map((values, n) => ({ date: `2024-05-01 10:0${n}:00 +0000`, source: 'Cuff', ...values }));
  for (const order of [points, [...points].reverse()]) {
    const { status, json } = await phone.post(oneMetric('blood_pressure', 'mmHg', ...order));
    expect({ status, received: json.received, rejected: json.rejected }).toEqual({
      status: 200,
      received: 4,
      rejected: 0,
    });
  }
  for (const table of ['blood_pressure_metrics', 'quantity_metrics'] as const) {
    const rows = await storedRows(service, phone.userId, table);
    expect(rows.map(({ granularity, revision }) => [granularity, revision])).toEqual([
      [1, 0],
      [1, 0],
    ]);
  }
});
