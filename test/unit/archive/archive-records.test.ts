import { describe, expect, test } from 'vitest';
import { at, element, entry, healthData, record } from '../../support/apple-export';
import { archiveRows } from './archive-rows';

const startMs = Date.UTC(2024, 4, 1, 8);

describe('the records of an export', () => {
  test('quantities are raw samples in the canonical unit, whatever span they fill', async () => {
    const { rows, account } = await archiveRows(
      healthData(
        record('StepCount', 12, { start: 0, end: 60, sourceName: 'Anna’s\u00a0iPhone' }),
        record('HeartRate', 62, { unit: 'count/min' }, entry('HKMetadataKeyHeartRateMotionContext', '0')),
        record('ActiveEnergyBurned', 4.184, { unit: 'kJ', end: 3600 }),
      ),
    );
    expect(rows).toEqual([
      expect.objectContaining({
        family: 'heart_rate',
        value: 62,
        granularity: 0,
        source: 'Watch',
        recorded_at: startMs,
      }),
      expect.objectContaining({
        metric: 'step_count',
        value: 12,
        granularity: 0,
        source: "Anna's iPhone",
        zone_offset_minutes: 120,
        context: '',
      }),
      expect.objectContaining({ metric: 'active_energy', value: expect.closeTo(1, 12), granularity: 0 }),
    ]);
    expect(account).toMatchObject({ received: 3, stored: 3, rejected: 0 });
  });

  test('a percentage is a fraction, for every metric', async () => {
    const { rows } = await archiveRows(
      healthData(
        record('OxygenSaturation', 0.97, { unit: '%' }),
        record('WalkingAsymmetryPercentage', 0.29, { unit: '%' }),
        record('BodyFatPercentage', 0.215, { unit: '%' }),
      ),
    );
    expect(rows.map(({ value }) => value)).toEqual([97, 29, 21.5]);
    expect(rows.map(({ flags }) => flags)).toEqual([0, 0, 0]);
  });

  test('what the catalogue does not know is kept as the user’s own metric', async () => {
    const { rows, ownMetrics, account } = await archiveRows(
      healthData(
        record('CrossCountrySkiingSpeed', 3, { unit: 'm/s' }),
        record('HKCategoryTypeIdentifierAudioExposureEvent', 'HKCategoryValueX', { unit: undefined }),
        record('StepCount', 3, { unit: 'parsec' }),
      ),
    );
    expect(ownMetrics).toEqual(['cross_country_skiing_speed m/s', 'audio_exposure_event count', 'step_count parsec']);
    expect(rows.map(({ metric_id, value }) => [metric_id, value])).toEqual([
      [-1, 3],
      [-2, 1],
      [-3, 3],
    ]);
    expect(account.metrics).toHaveProperty('audio_exposure_event.received', 1);
  });

  test('several samples of one sum at one instant are all kept; of what is not added up the last counts', async () => {
    const eaten = (value: number) => record('DietaryEnergyConsumed', value, { unit: 'kcal', sourceName: 'Food' });
    const { rows } = await archiveRows(
      healthData(
        eaten(100),
        eaten(200),
        eaten(100),
        record('BodyMass', 70, { unit: 'kg' }),
        record('BodyMass', 71, { unit: 'kg' }),
      ),
    );
    expect(rows.map(({ context, value }) => [context, value])).toEqual([
      ['', 100],
      ['#2', 200],
      ['#3', 100],
      ['', 70],
      ['', 71],
    ]);
  });

  test('contexts come from metadata', async () => {
    const { rows } = await archiveRows(
      healthData(
        record('BloodGlucose', 5, { unit: 'mmol<180.1558800000541>/L' }, entry('HKBloodGlucoseMealTime', '2')),
        record('InsulinDelivery', 4, { unit: 'IU' }, entry('HKInsulinDeliveryReason', '1')),
      ),
    );
    expect(rows.map(({ context }) => context)).toEqual(['after_meal', 'basal']);
    expect(rows[0]?.['value']).toBeCloseTo(90.091, 6);
  });

  test('blood pressure is a pair, whether its halves stand inside a correlation, outside, or both', async () => {
    const half = (kind: string, value: number, start: number) =>
      record(`BloodPressure${kind}`, value, { unit: 'mmHg', start });
    const correlation = (start: number, ...children: string[]) =>
      element(
        'Correlation',
        {
          type: 'HKCorrelationTypeIdentifierBloodPressure',
          sourceName: 'Cuff',
          startDate: at(start),
          endDate: at(start),
        },
        ...children,
      );
    const { rows, account } = await archiveRows(
      healthData(
        half('Systolic', 120, 0),
        half('Systolic', 121, 60),
        half('Systolic', 99, 600),
        half('Diastolic', 80, 0),
        half('Diastolic', 81, 60),
        correlation(0, half('Systolic', 120, 0), half('Diastolic', 80, 0)),
        correlation(120, half('Diastolic', 82, 120), half('Systolic', 122, 120)),
      ),
    );
    expect(rows.map(({ systolic, diastolic, granularity }) => [systolic, diastolic, granularity])).toEqual([
      [120, 80, 0],
      [121, 81, 0],
      [122, 82, 0],
    ]);
    expect(account.rejections).toEqual([{ path: '/HealthData/4', metric: 'blood_pressure', reason: 'value_missing' }]);
    expect(account.received).toBe(4);
  });

  test('food inside a correlation is not counted a second time', async () => {
    const food = record('DietaryProtein', 10, { unit: 'g' });
    const { account } = await archiveRows(
      healthData(food, element('Correlation', { type: 'HKCorrelationTypeIdentifierFood' }, food)),
    );
    expect(account.received).toBe(1);
  });

  test('the rings of a day are metrics of the user’s own, of that day', async () => {
    const { rows, account } = await archiveRows(
      healthData(
        element('ActivitySummary', {
          dateComponents: '2024-05-01',
          activeEnergyBurned: 512.5,
          activeEnergyBurnedGoal: 500,
          activeEnergyBurnedUnit: 'Cal',
          appleExerciseTime: 31,
          appleStandHours: 12,
        }),
      ),
    );
    expect(
      rows.map(({ metric, value, granularity, recorded_at }) => [metric, value, granularity, recorded_at]),
    ).toEqual(
      [
        ['activity_summary_active_energy', 512.5],
        ['activity_summary_active_energy_goal', 500],
        ['activity_summary_exercise_time', 31],
        ['activity_summary_stand_hours', 12],
      ].map(([metric, value]) => [metric, value, 3, Date.UTC(2024, 3, 30, 22)]),
    );
    expect(account.received).toBe(4);
  });

  test('what is not kept is counted, with its reason and its place', async () => {
    const { account } = await archiveRows(
      healthData(
        element('ClinicalRecord', { type: 'HKClinicalTypeIdentifierLabResultRecord' }),
        element('Audiogram', { type: 'HKDataTypeIdentifierAudiogram' }),
        element('Newcomer', {}),
        record('StepCount', 'many'),
        record('StepCount', ''),
        record('StepCount', -1),
        record('StepCount', 1, { start: 60, end: 0 }),
        record('StepCount', 1, { startDate: 'yesterday' }),
        record('StepCount', 1, { startDate: '2124-01-01 00:00:00 +0000', endDate: '2124-01-01 00:00:00 +0000' }),
        record('HKQuantityTypeIdentifierStepCount', 1, { type: '' }),
        record('StepCount', '0x10'),
      ),
    );
    expect(account.rejections.map(({ metric, path, reason }) => `${path} ${metric} ${reason}`)).toEqual([
      '/HealthData/2 clinical_records kind_not_kept',
      '/HealthData/3 audiograms kind_not_kept',
      '/HealthData/4 newcomer unknown_kind',
      '/HealthData/5 step_count value_not_a_number',
      '/HealthData/6 step_count value_missing',
      '/HealthData/7 step_count value_impossible',
      '/HealthData/8 step_count end_before_start',
      '/HealthData/9 step_count date_unreadable',
      '/HealthData/10 step_count date_in_future',
      '/HealthData/11 (unnamed) name_missing',
      '/HealthData/12 step_count value_not_a_number',
    ]);
  });

  test('a long history comes in several parts, which together are all of it', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => record('StepCount', i, { start: i }));
    const { parts, account } = await archiveRows(healthData(...many));
    expect(parts).toBeGreaterThan(1);
    expect(account.stored).toBe(20_000);
  });
});
