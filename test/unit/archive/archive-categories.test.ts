import { describe, expect, test } from 'vitest';
import { entry, healthData, record } from '../../support/apple-export';
import { archiveRows } from './archive-rows';

describe('the categories of an export', () => {
  test('sleep in old and new words', async () => {
    const sleep = (value: string, start: number) =>
      record('HKCategoryTypeIdentifierSleepAnalysis', `HKCategoryValueSleepAnalysis${value}`, {
        unit: undefined,
        start,
        end: start + 60,
      });
    const words = ['InBed', 'Asleep', 'AsleepUnspecified', 'AsleepCore', 'AsleepDeep', 'AsleepREM', 'Awake'];
    const { rows } = await archiveRows(healthData(...words.map((word, i) => sleep(word, i * 60))));
    expect(rows.map(({ stage }) => stage)).toEqual(['in_bed', 'asleep', 'asleep', 'core', 'deep', 'rem', 'awake']);
  });

  test('categories that are metrics', async () => {
    const category = (type: string, value: string, end: number, ...children: string[]) =>
      record(`HKCategoryTypeIdentifier${type}`, `HKCategoryValue${value}`, { unit: undefined, end }, ...children);
    const { rows } = await archiveRows(
      healthData(
        category('AppleStandHour', 'AppleStandHourStood', 3600),
        category('AppleStandHour', 'AppleStandHourIdle', 3600),
        category('MindfulSession', 'NotApplicable', 90),
        category('ToothbrushingEvent', 'NotApplicable', 120),
        category('SexualActivity', 'NotApplicable', 0, entry('HKSexualActivityProtectionUsed', '1')),
        category('SexualActivity', 'NotApplicable', 0),
      ),
    );
    expect(rows.map(({ metric, value, granularity, details }) => [metric, value, granularity, details])).toEqual([
      ['apple_stand_hour', 1, 0, null],
      ['apple_stand_hour', 0, 0, null],
      ['mindful_minutes', 1.5, 0, null],
      ['toothbrushing', 120, 0, null],
      ['sexual_activity', 1, 0, '{"protection_used":1}'],
      ['sexual_activity', 1, 0, '{"unspecified":1}'],
    ]);
  });

  test('symptoms, cycle tracking, notifications and states of mind in the words of the app', async () => {
    const category = (type: string, value: string, ...children: string[]) =>
      record(type.startsWith('HK') ? type : `HKCategoryTypeIdentifier${type}`, value, { unit: undefined }, ...children);
    const { rows } = await archiveRows(
      healthData(
        category('LossOfSmell', 'HKCategoryValueSeverityMild', entry('HKWasUserEntered', '1')),
        category('MenstrualFlow', 'HKCategoryValueVaginalBleedingLight', entry('HKMenstrualCycleStart', '1')),
        category('MenstrualFlow', 'HKCategoryValueMenstrualFlowHeavy'),
        category(
          'HighHeartRateEvent',
          'HKCategoryValueNotApplicable',
          entry('HKHeartRateEventThreshold', '100 count/min'),
        ),
        category('HKStateOfMind', '', entry('HKStateOfMindValence', '0.5'), entry('HKStateOfMindKind', 'dailyMood')),
      ),
    );
    expect(rows.map(({ kind, name, value, details }) => [kind, name, value, details])).toEqual([
      ['symptom', 'Loss of Smell', 'Mild', '{"userEntered":true}'],
      ['cycle_tracking', 'Menstrual Flow', 'Light', '{"isCycleStart":true}'],
      ['cycle_tracking', 'Menstrual Flow', 'Heavy', '{}'],
      ['heart_rate_notification', 'high_heart_rate_notification', '100', '{"threshold":100}'],
      ['state_of_mind', 'daily_mood', null, expect.stringContaining('"valence":0.5')],
    ]);
  });
});
