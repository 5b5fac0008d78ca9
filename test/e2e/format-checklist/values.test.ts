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

/** A number literal in the place of a text, for what JSON.stringify would not write. */
const literal = (body: unknown, number: string): string => JSON.stringify(body).replaceAll('"LITERAL"', number);

describe('a bad value is rejected alone', () => {
  const cases: readonly (readonly [string, string, unknown, string])[] = [
    ['qty null', 'step_count', { qty: null }, 'value_missing'],
    ['qty a string', 'step_count', { qty: '12' }, 'value_not_a_number'],
    ['qty an empty string', 'step_count', { qty: '' }, 'value_not_a_number'],
    ['qty true', 'step_count', { qty: true }, 'value_not_a_number'],
    ['qty an array', 'step_count', { qty: [1] }, 'value_not_a_number'],
    ['qty an object', 'step_count', { qty: { qty: 1 } }, 'value_not_a_number'],
    ['qty negative', 'step_count', { qty: -1 }, 'value_impossible'],
    ['qty huge', 'step_count', { qty: 1e300 }, 'value_impossible'],
    ['no qty', 'step_count', {}, 'unknown_shape'],
    ['a heart that does not beat', 'heart_rate', { qty: 0 }, 'value_impossible'],
    ['a heart rate of 10,000', 'heart_rate', { qty: 10_000 }, 'value_impossible'],
    ['a saturation of 140 %', 'blood_oxygen_saturation', { qty: 140 }, 'value_impossible'],
    ['a body of 200 degC', 'body_temperature', { qty: 200 }, 'value_impossible'],
    ['a person of 5 t', 'weight_body_mass', { qty: 5000 }, 'value_impossible'],
    ['Min>Max', 'heart_rate', { Min: 90, Avg: 80, Max: 70 }, 'min_above_max'],
    ['Avg null', 'heart_rate', { Min: 60, Avg: null, Max: 70 }, 'value_missing'],
    ['Min a string', 'heart_rate', { Min: '60', Avg: 65, Max: 70 }, 'value_not_a_number'],
    ['Max impossible', 'heart_rate', { Min: 60, Avg: 65, Max: 70_000 }, 'value_impossible'],
    ['Min negative', 'heart_rate', { Min: -60, Avg: 65, Max: 70 }, 'value_impossible'],
    ['systolic null', 'blood_pressure', { systolic: null, diastolic: 80 }, 'value_missing'],
    ['diastolic a string', 'blood_pressure', { systolic: 120, diastolic: '80' }, 'value_not_a_number'],
    ['a pressure of 2,000', 'blood_pressure', { systolic: 2000, diastolic: 80 }, 'value_impossible'],
    ['a negative dose', 'insulin_delivery', { qty: -2, reason: 'Bolus' }, 'value_impossible'],
  ];
  test.each(cases)('%s', async (_name, name, values, reason) => {
    const phone = await service.newPhone();
    const good = name === 'blood_pressure' ? { systolic: 120, diastolic: 80 } : { qty: 36 };
    const points = [at(1, good), at(2, values as Record<string, unknown>), at(3, good)];
    const { status, json } = await phone.post(metricsBody(metric(name, undefined, points)));
    expect(status).toBe(200);
    expect(json).toMatchObject({ received: 3, stored: 2, updated: 0, unchanged: 0, rejected: 1 });
    expect(json.rejections).toEqual([{ path: '/data/metrics/0/data/1', metric: name, reason }]);
  });

  test.each([['1e400'], ['-1e400'], [`1${'0'.repeat(400)}`]])(
    'qty %.12s is infinite, so not a number',
    async (number) => {
      const phone = await service.newPhone();
      const body = oneMetric('step_count', 'count', at(1, { qty: 'LITERAL' }), at(2, { qty: 2 }));
      const { status, json } = await phone.post(literal(body, number));
      expect({ status, stored: json.stored }).toEqual({ status: 200, stored: 1 });
      expect(json.rejections.map(({ reason }) => reason)).toEqual(['value_not_a_number']);
    },
  );

  test('an unknown metric has no bounds, but the finite ones of a number', async () => {
    const phone = await service.newPhone();
    const points = [-1e300, 0, 1e300].map((qty, n) => at(n, { qty }));
    const { json } = await phone.post(oneMetric('moon_phase', 'furlongs', ...points));
    expect(json).toMatchObject({ stored: 3, rejected: 0 });
  });
});

describe('an odd value is stored with a flag', () => {
  test.each([
    ['heart_rate', 'count/min', 300, 80],
    ['weight_body_mass', 'kg', 500, 80],
    ['step_count', 'count', 400_000, 4000],
  ])('%s of %s: %d', async (name, units, odd, usual) => {
    const phone = await service.newPhone();
    const { json } = await phone.post(oneMetric(name, units, at(1, { qty: odd }), at(2, { qty: usual })));
    expect(json).toMatchObject({ stored: 2, rejected: 0 });
    const table = name === 'heart_rate' ? 'heart_rate_metrics' : 'quantity_metrics';
    const [first, second] = await storedRows(service, phone.userId, table);
    expect(first?.flags).not.toBe(0);
    expect(second?.flags).toBe(0);
  });
});

describe('values arrive in the canonical unit', () => {
  const cases: readonly (readonly [string, string, string, number, number])[] = [
    ['SpO2 0.97', 'blood_oxygen_saturation', '%', 0.97, 97],
    ['SpO2 97', 'blood_oxygen_saturation', '%', 97, 97],
    ['SpO2 1', 'blood_oxygen_saturation', '%', 1, 100],
    ['SpO2 0.01 as a fraction', 'blood_oxygen_saturation', 'fraction', 0.01, 1],
    ['not asymmetry 0.98', 'walking_asymmetry_percentage', '%', 0.98, 0.98],
    ['not double support 0.3', 'walking_double_support_percentage', '%', 0.3, 0.3],
    ['not body fat 0.9', 'body_fat_percentage', '%', 0.9, 0.9],
    ['kJ↔kcal', 'active_energy', 'kJ', 418.4, 100],
    ['kcal', 'active_energy', 'kcal', 100, 100],
    ['kJ↔kcal of food', 'dietary_energy', 'kJ', 4184, 1000],
    ['mmol↔mg/dL', 'blood_glucose', 'mmol/L', 5.5, 5.5 * 18.0182],
    ['mg/dL', 'blood_glucose', 'mg/dL', 99, 99],
    ['lb/kg', 'weight_body_mass', 'lb', 180, 81.6466266],
    ['st/kg', 'weight_body_mass', 'st', 12, 76.20351816],
    ['kg', 'weight_body_mass', 'kg', 80, 80],
    ['degF', 'body_temperature', 'degF', 98.6, 37],
    ['degC', 'body_temperature', 'degC', 37, 37],
    ['degF of the wrist', 'apple_sleeping_wrist_temperature', 'degF', 95, 35],
    ['mi', 'walking_running_distance', 'mi', 2, 3.218688],
    ['m', 'walking_running_distance', 'm', 1500, 1.5],
    ['yd', 'swimming_distance', 'yd', 100, 91.44],
    ['mi/hr', 'walking_speed', 'mi/hr', 3, 4.828032],
    ['m/s', 'walking_speed', 'm/s', 1, 3.6],
    ['ft/s', 'stair_speed_up', 'ft/s', 1, 0.3048],
    ['in', 'walking_step_length', 'in', 30, 76.2],
    ['ft', 'height', 'ft', 6, 182.88],
    ['bpm', 'resting_heart_rate', 'bpm', 55, 55],
    ['MET', 'physical_effort', 'MET', 3, 3],
    ['ml/(kg·min)', 'vo2_max', 'ml/(kg·min)', 45, 45],
    ['mL/min·kg', 'vo2_max', 'mL/min·kg', 45, 45],
    ['L', 'dietary_water', 'L', 0.5, 500],
    ['fl_oz_us', 'dietary_water', 'fl_oz_us', 8, 236.5882365],
    ['float noise stays', 'step_count', 'count', 166.00000000000003, 166.00000000000003],
  ];
  test.each(cases)('%s (%s, %s)', async (_title, name, units, sent, kept) => {
    const phone = await service.newPhone();
    expect((await phone.post(oneMetric(name, units, at(1, { qty: sent })))).json).toMatchObject({ stored: 1 });
    const rows = await storedRows(service, phone.userId, 'quantity_metrics');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.metric_id).toBeLessThan(10_000);
    expect(rows[0]?.value).toBeCloseTo(kept, 4);
    if (sent === kept) expect(rows[0]?.value).toBe(kept);
  });

  test('Min/Avg/Max on SpO2, as fractions', async () => {
    const phone = await service.newPhone();
    await phone.post(oneMetric('blood_oxygen_saturation', '%', at(1, { Min: 0.91, Avg: 0.96, Max: 1 })));
    const [row] = await storedRows(service, phone.userId, 'quantity_metrics');
    expect([row?.min, row?.value, row?.max].map((value) => Number(value?.toFixed(9)))).toEqual([91, 96, 100]);
  });

  test('kJ of Min/Avg/Max are all converted', async () => {
    const phone = await service.newPhone();
    await phone.post(oneMetric('basal_energy_burned', 'kJ', at(1, { Min: 4.184, Avg: 8.368, Max: 12.552 })));
    const [row] = await storedRows(service, phone.userId, 'quantity_metrics');
    expect([row?.min, row?.value, row?.max].map((value) => Number(value?.toFixed(9)))).toEqual([1, 2, 3]);
  });

  test('unknown unit kept, beside the known one', async () => {
    const phone = await service.newPhone();
    const blocks = [
      metric('heart_rate', 'beats/fortnight', [at(1, { qty: 1e6 })]),
      metric('heart_rate', 'bpm', [at(1, { qty: 70 })]),
    ];
    expect((await phone.post(metricsBody(...blocks))).json).toMatchObject({ received: 2, stored: 2 });
    const kept = await service.sql(
      `SELECT name, unit, value FROM quantity_metrics JOIN user_metrics USING (user_id, metric_id) WHERE user_id = $1`,
      [phone.userId],
    );
    expect(kept).toEqual([{ name: 'heart_rate', unit: 'beats/fortnight', value: 1e6 }]);
    expect(await storedRows(service, phone.userId, 'heart_rate_metrics')).toMatchObject([{ value: 70 }]);
  });

  test('unknown metric kept under its own name and units', async () => {
    const phone = await service.newPhone();
    const blocks = ['furlongs', 'stones'].map((units) => metric('moon_phase', units, [at(1, { qty: 0.5 })]));
    expect((await phone.post(metricsBody(...blocks))).json.metrics).toMatchObject({ moon_phase: { stored: 2 } });
    const kept = await service.sql('SELECT name, unit FROM user_metrics WHERE user_id = $1 ORDER BY unit', [
      phone.userId,
    ]);
    expect(kept).toEqual([
      { name: 'moon_phase', unit: 'furlongs' },
      { name: 'moon_phase', unit: 'stones' },
    ]);
  });
});
