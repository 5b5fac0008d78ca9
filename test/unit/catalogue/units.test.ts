import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInCatalogue } from '../../../src/catalogue/catalogue';
import type { MetricDefinition } from '../../../src/catalogue/metric-definition';
import { builtInMetrics } from '../../../src/catalogue/metrics';
import { findConversion } from '../../../src/catalogue/units';

function metric(name: string): MetricDefinition {
  const definition = builtInCatalogue.find(name);
  if (definition === undefined) throw new Error(`no metric ${name}`);
  return definition;
}

/** The value in the canonical unit, or null when it is not convertible. */
function converted(name: string, value: number, unit: string | null): number | null {
  const conversion = findConversion(metric(name), unit);
  return conversion === null ? null : value * conversion.factor + conversion.offset;
}

describe('findConversion', () => {
  it.each([
    ['active_energy', 4.184, 'kJ', 1],
    ['active_energy', 4184, 'J', 1],
    ['active_energy', 250, 'Cal', 250],
    ['active_energy', 250_000, 'cal', 250],
    ['active_energy', 250, 'KCAL', 250],
    ['walking_running_distance', 1, 'mi', 1.609344],
    ['walking_running_distance', 1500, 'm', 1.5],
    ['walking_running_distance', 1000, 'yd', 0.9144],
    ['walking_running_distance', 1000, 'ft', 0.3048],
    ['swimming_distance', 25, 'yd', 22.86],
    ['swimming_distance', 1.5, 'km', 1500],
    ['weight_body_mass', 180, 'lb', 81.6466266],
    ['weight_body_mass', 180, 'lbs', 81.6466266],
    ['weight_body_mass', 12, 'st', 76.20351816],
    ['weight_body_mass', 80_000, 'g', 80],
    ['weight_body_mass', 16, 'oz', 0.45359237],
    ['height', 1.8, 'm', 180],
    ['height', 70, 'in', 177.8],
    ['height', 6, 'ft', 182.88],
    ['walking_step_length', 0.7, 'm', 70],
    ['walking_step_length', 30, 'in', 76.2],
    ['walking_speed', 1, 'm/s', 3.6],
    ['walking_speed', 3, 'mi/hr', 4.828032],
    ['walking_speed', 3, 'mph', 4.828032],
    ['walking_speed', 5, 'km/h', 5],
    ['walking_speed', 5, 'kph', 5],
    ['stair_speed_up', 1, 'ft/s', 0.3048],
    ['stair_speed_up', 3.6, 'km/hr', 1],
    ['body_temperature', 98.6, 'degF', 37],
    ['body_temperature', 32, '°F', 0],
    ['body_temperature', 37.2, '°C', 37.2],
    ['body_temperature', 37.2, '℃', 37.2],
    ['body_temperature', 37.2, 'ºC', 37.2],
    ['body_temperature', 37.2, 'C', 37.2],
    ['body_temperature', 310.15, 'K', 37],
    ['heart_rate', 60, 'bpm', 60],
    ['heart_rate', 60, 'BPM', 60],
    ['heart_rate', 60, 'count\\/min', 60],
    ['heart_rate', 1, 'count/s', 60],
    ['blood_glucose', 5.5, 'mmol/L', 99.1001],
    ['blood_glucose', 5.5, 'mmol<180.1558800000541>/L', 99.1001],
    ['blood_glucose', 99, 'mg/dl', 99],
    ['dietary_water', 1, 'L', 1000],
    ['dietary_water', 2, 'fl_oz_us', 59.147059125],
    ['dietary_water', 2, 'fl oz', 59.147059125],
    ['dietary_water', 1, 'cup', 236.5882365],
    ['sodium', 1.2, 'g', 1200],
    ['vitamin_d', 0.02, 'mg', 20],
    ['vitamin_d', 20, 'µg', 20],
    ['vitamin_d', 20, 'μg', 20],
    ['vitamin_d', 20, 'ug', 20],
    ['protein', 2500, 'mg', 2.5],
    ['apple_exercise_time', 90, 's', 1.5],
    ['apple_exercise_time', 1.5, 'hr', 90],
    ['sleep_analysis', 450, 'min', 7.5],
    ['handwashing', 0.5, 'min', 30],
    ['heart_rate_variability', 0.045, 's', 45],
    ['physical_effort', 3.5, 'MET', 3.5],
    ['physical_effort', 4.184, 'kJ/hr·kg', 1],
    ['blood_oxygen_saturation', 0.97, 'fraction', 97],
    ['blood_pressure', 16, 'kPa', 120.009852],
    ['peak_expiratory_flow_rate', 8, 'L/s', 480],
    ['electrodermal_activity', 4, 'µS', 4],
    ['cycling_power', 0.25, 'kW', 250],
    ['environmental_audio_exposure', 64, 'dB', 64],
  ])('%s: %d %s is %d', (name, value, unit, canonical) => {
    expect(converted(name, value, unit)).toBeCloseTo(canonical, 6);
  });

  it.each([
    'ml/(kg·min)',
    'mL/(kg·min)',
    'mL/min·kg',
    'mL/(kg*min)',
    'mL/(kg⋅min)',
    'ml/kg/min',
    'ml / ( kg · min )',
    'mL\u00a0/min•kg',
  ])('takes %j for the unit of VO2 max', (unit) => {
    expect(converted('vo2_max', 41.5, unit)).toBe(41.5);
  });

  it.each(['kcal/hr·kg', 'kcal/hr⋅kg', 'kcal/(kg*hr)', 'kcal/(hr·kg)', 'kcal/kg/h', 'KCAL/HR*KG', 'METs'])(
    'takes %j for the unit of effort',
    (unit) => {
      expect(converted('physical_effort', 3.25, unit)).toBe(3.25);
    },
  );

  it.each([null, '', ' ', '\u00a0'])('takes %j for the canonical unit', (unit) => {
    for (const definition of builtInMetrics) {
      expect(findConversion(definition, unit)).toEqual({ factor: 1, offset: 0 });
    }
  });

  it.each([
    ['heart_rate', 'kg'],
    ['heart_rate', 'count'],
    ['toothbrushing', 'count'],
    ['weight_body_mass', 'm'],
    ['vitamin_d', 'IU'],
    ['sodium', 'mmol/L'],
    ['blood_glucose', 'g/L'],
    ['electrodermal_activity', 'mS'],
    ['walking_running_distance', 'Meilen'],
    ['step_count', '__proto__'],
    ['step_count', 'constructor'],
    ['active_energy', 'CAL'],
  ])('leaves %s in %s alone', (name, unit) => {
    expect(findConversion(metric(name), unit)).toBeNull();
  });

  it('converts mmol/L for glucose only', () => {
    const cholesterol: MetricDefinition = { ...metric('blood_glucose'), id: 1_000, name: 'blood_cholesterol' };
    expect(findConversion(cholesterol, 'mmol/L')).toBeNull();
    expect(findConversion(cholesterol, 'mg/dL')).not.toBeNull();
  });

  it('keeps a unit of an extension that it does not know', () => {
    const own: MetricDefinition = { ...metric('step_count'), id: 1_000, name: 'mood_points', unit: 'points' };
    expect(findConversion(own, 'points')).toEqual({ factor: 1, offset: 0 });
    expect(findConversion(own, 'count')).toBeNull();
  });

  it('converts into a unit with an offset of its own, for an extension', () => {
    const own: MetricDefinition = { ...metric('body_temperature'), id: 1_000, name: 'oven', unit: 'degF' };
    const conversion = findConversion(own, 'degC');
    expect(37 * (conversion?.factor ?? 0) + (conversion?.offset ?? 0)).toBeCloseTo(98.6, 9);
  });

  it('gives the same answer for a unit it has seen before', () => {
    expect(findConversion(metric('height'), 'in')).toBe(findConversion(metric('height'), 'in'));
    expect(findConversion(metric('height'), 'in')).toEqual({ factor: 2.54, offset: 0 });
  });

  it('forgets, so that no body can fill the memory with spellings', () => {
    const height = { ...metric('height') };
    const first = findConversion(height, 'in');
    for (let index = 0; index < 100; index += 1) expect(findConversion(height, `unit ${index}`)).toBeNull();
    expect(findConversion(height, 'in')).not.toBe(first);
    expect(findConversion(height, 'in')).toEqual(first);
    expect(findConversion(height, `in${' '.repeat(1_000_000)}`)).toBeNull();
  });

  const anyUnit = fc.string({ unit: fc.constantFrom(...'kmcgGlLbinhrsJdegCF%·⋅*()/ °ºµμ\\\0\ud800'), maxLength: 50 });

  it('never throws and never yields a factor that loses the value', () => {
    fc.assert(
      fc.property(fc.constantFrom(...builtInMetrics), anyUnit, (definition, unit) => {
        const conversion = findConversion(definition, unit);
        return conversion === null || (Number.isFinite(conversion.offset) && conversion.factor > 0);
      }),
      { seed: 2, numRuns: 1_000 },
    );
  });
});
