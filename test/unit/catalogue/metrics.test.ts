import { describe, expect, it } from 'vitest';
import { builtInCatalogue } from '../../../src/catalogue/catalogue';
import { builtInMetrics } from '../../../src/catalogue/metrics';
import { findConversion } from '../../../src/catalogue/units';

/**
 * The catalogue as the format's description has it, written down again by hand: permanent id, name, unit, kind, and
 * the other names seen. An id here may never change and never go to another metric; a new metric is a new line.
 */
const expected = `
1 step_count count sum
2 walking_running_distance km sum
3 cycling_distance km sum
4 swimming_distance m sum
5 wheelchair_distance km sum
6 distance_downhill_snow_sports km sum downhill_snow_sports
7 push_count count sum wheelchair_push_count
8 swimming_stroke_count count sum swim_stroke_count
9 flights_climbed count sum
10 active_energy kcal sum active_energy_burned
11 basal_energy_burned kcal sum resting_energy
12 apple_exercise_time min sum
13 apple_move_time min sum
14 apple_stand_time min sum
15 apple_stand_hour count sum
16 physical_effort kcal/hr·kg average
17 vo2_max mL/(kg·min) latest vo2max
18 cycling_cadence count/min average
19 cycling_power W average
20 cycling_speed km/hr average
21 cycling_functional_threshold_power W latest
22 running_power W average
23 running_speed km/hr average
24 running_ground_contact_time ms average
25 running_stride_length m average
26 running_vertical_oscillation cm average
101 heart_rate count/min average
102 resting_heart_rate count/min latest
103 walking_heart_rate_average count/min latest walking_heart_rate
104 heart_rate_variability ms average
105 cardio_recovery count/min max heart_rate_recovery_one_minute
106 atrial_fibrillation_burden % latest
107 blood_pressure mmHg average
108 peripheral_perfusion_index % average
109 blood_oxygen_saturation % average oxygen_saturation
110 blood_glucose mg/dL average
111 insulin_delivery IU sum
112 blood_alcohol_content % average
201 respiratory_rate count/min average
202 forced_expiratory_volume_1 L average forced_expiratory_volume
203 forced_vital_capacity L average
204 peak_expiratory_flow_rate L/min average
205 inhaler_usage count sum
206 breathing_disturbances count latest
301 weight_body_mass kg latest body_mass weight
302 body_mass_index count latest
303 body_fat_percentage % latest
304 lean_body_mass kg latest
305 height cm latest
306 waist_circumference cm latest
307 body_temperature degC average
308 basal_body_temperature degC average
309 apple_sleeping_wrist_temperature degC latest wrist_temperature
310 electrodermal_activity mcS average
401 walking_speed km/hr average
402 walking_step_length cm average
403 walking_asymmetry_percentage % average
404 walking_double_support_percentage % average
405 stair_speed_up m/s average stair_ascent_speed
406 stair_speed_down m/s average stair_descent_speed
407 six_minute_walking_test_distance m latest
408 number_of_times_fallen count sum number_of_time_fallen
501 environmental_audio_exposure dBASPL average environmental_audio
502 headphone_audio_exposure dBASPL average headphone_audio
503 time_in_daylight min sum
504 uv_exposure count average
505 underwater_depth m average under_water_depth
506 underwater_temperature degC average under_water_temperature
601 sleep_analysis hr sum
602 mindful_minutes min sum mindful_session
603 handwashing s sum
604 toothbrushing s sum
605 sexual_activity count sum
606 alcohol_consumption count sum number_of_alcoholic_beverages
701 dietary_energy kcal sum dietary_energy_consumed
702 dietary_water mL sum
703 dietary_sugar g sum
704 carbohydrates g sum dietary_carbohydrates
705 protein g sum dietary_protein
706 total_fat g sum dietary_total_fat dietary_fat_total
707 saturated_fat g sum dietary_saturated_fat dietary_fat_saturated
708 monounsaturated_fat g sum dietary_monounsaturated_fat monosaturated_fat dietary_fat_monounsaturated
709 polyunsaturated_fat g sum dietary_polyunsaturated_fat dietary_fat_polyunsaturated
710 fiber g sum dietary_fiber
711 cholesterol mg sum dietary_cholesterol
712 sodium mg sum dietary_sodium
713 potassium mg sum dietary_potassium
714 calcium mg sum dietary_calcium
715 phosphorus mg sum dietary_phosphorus
716 magnesium mg sum dietary_magnesium
717 iron mg sum dietary_iron
718 zinc mg sum dietary_zinc
719 copper mg sum dietary_copper
720 manganese mg sum dietary_manganese
721 chloride mg sum dietary_chloride
722 caffeine mg sum dietary_caffeine
723 niacin mg sum dietary_niacin
724 riboflavin mg sum dietary_riboflavin
725 thiamin mg sum dietary_thiamin
726 pantothenic_acid mg sum dietary_pantothenic_acid
727 vitamin_b6 mg sum dietary_vitamin_b6
728 vitamin_c mg sum dietary_vitamin_c
729 vitamin_e mg sum dietary_vitamin_e
730 biotin mcg sum dietary_biotin
731 chromium mcg sum dietary_chromium
732 folate mcg sum dietary_folate
733 iodine mcg sum dietary_iodine
734 molybdenum mcg sum dietary_molybdenum
735 selenium mcg sum dietary_selenium
736 vitamin_a mcg sum dietary_vitamin_a
737 vitamin_b12 mcg sum dietary_vitamin_b12
738 vitamin_d mcg sum dietary_vitamin_d
739 vitamin_k mcg sum dietary_vitamin_k
`
  .trim()
  .split('\n');

function possibleOf(name: string): { min: number; max: number } {
  const definition = builtInCatalogue.find(name);
  if (definition === undefined) throw new Error(`no metric ${name}`);
  return definition.possible;
}

describe('the built-in metrics', () => {
  it('are the ones of the format, with the ids they will always have', () => {
    const actual = builtInMetrics.map(({ id, name, unit, kind, aliases }) =>
      [id, name, unit, kind, ...aliases].join(' '),
    );
    expect(actual).toEqual(expected);
  });

  it('take ids that are kept for built-in metrics', () => {
    for (const { id } of builtInMetrics) expect(id).toBeLessThanOrEqual(999);
  });

  it.each(builtInMetrics.map((definition) => [definition.name, definition] as const))(
    '%s is sound',
    (_, definition) => {
      const { name, aliases, unit, possible, usual, healthKitType } = definition;
      for (const spelling of [name, ...aliases]) {
        expect(builtInCatalogue.find(spelling)).toBe(definition);
        expect(builtInCatalogue.find(` ${spelling.replaceAll('_', ' ').toUpperCase()} `)).toBe(definition);
      }
      expect(builtInCatalogue.byId(definition.id)).toBe(definition);
      // In another spelling, so that the unit must be a known one and not just equal to itself.
      expect(findConversion(definition, ` ${unit.toUpperCase()} `)).toEqual({ factor: 1, offset: 0 });
      expect(Number.isFinite(possible.min) && Number.isFinite(possible.max)).toBe(true);
      expect(possible.min).toBeLessThan(possible.max);
      expect(possible.source.length).toBeGreaterThan(10);
      if (usual !== undefined) {
        expect(usual.min).toBeGreaterThanOrEqual(possible.min);
        expect(usual.max).toBeLessThanOrEqual(possible.max);
        expect(usual.min).toBeLessThan(usual.max);
      }
      expect(healthKitType).toMatch(/^HK(Quantity|Category|Correlation)TypeIdentifier[A-Z0-9]/);
    },
  );

  it('let nothing that is added up be negative, and nothing added up over a year be impossible', () => {
    for (const { kind, possible, usual } of builtInMetrics) {
      if (kind !== 'sum') continue;
      expect(possible.min).toBe(0);
      // Not 366, for no year has 366 of the 25-hour days that the usual minutes allow.
      if (usual !== undefined) expect(possible.max).toBeGreaterThanOrEqual(usual.max * 350);
    }
  });

  it.each([
    // metric, possible, impossible
    ['step_count', [0, 100_000_000], [-1, -0.5, 1e12]],
    ['heart_rate', [1, 25, 220, 600], [0, -60, 601, 1e6]],
    ['resting_heart_rate', [25], [0]],
    ['cardio_recovery', [-12, 0, 45], [-601, 601]],
    ['blood_oxygen_saturation', [34, 97, 100, 100.00000000000001], [0, 101, -1]],
    ['body_temperature', [9, 11.8, 37, 46.5], [0, 98.6]],
    ['apple_sleeping_wrist_temperature', [35.7], [95.2]],
    ['weight_body_mass', [0.25, 635], [0, -70, 1_001]],
    ['height', [24, 272], [0, 1.8, 301]],
    ['blood_glucose', [2_656], [0, 5_000]],
    ['blood_pressure', [0, 480], [-1, 501]],
    ['respiratory_rate', [0, 15], [-1, 301]],
    // A night captured with 82.7 hours, and the local day that is 25 hours long.
    ['sleep_analysis', [0, 82.7], [-1]],
    ['time_in_daylight', [1_500], [-1]],
    ['environmental_audio_exposure', [-24.9, 0, 120], [200]],
    ['walking_asymmetry_percentage', [0, 0.98, 100], [-0.1, 101]],
  ] as const)('%s has the bounds that nature has', (name, inside, outside) => {
    const { min, max } = possibleOf(name);
    for (const value of inside) expect(value >= min && value <= max, String(value)).toBe(true);
    for (const value of outside) expect(value >= min && value <= max, String(value)).toBe(false);
  });

  it('rescale fractions of blood oxygen only', () => {
    expect(builtInMetrics.filter((definition) => definition.rescaleFraction).map(({ name }) => name)).toEqual([
      'blood_oxygen_saturation',
    ]);
  });

  it('have a family of their own for heart rate and blood pressure only', () => {
    expect(
      builtInMetrics.filter(({ family }) => family !== 'quantity').map(({ name, family }) => [name, family]),
    ).toEqual([
      ['heart_rate', 'heart_rate'],
      ['blood_pressure', 'blood_pressure'],
    ]);
  });
});
