import fc from 'fast-check';
import { aSource, infinity } from './metric-elements';
import { anInstant, later, writeInstant } from './model-instants';
import type { ModelBlock, ModelElement, ModelRow } from './model-row';

/** Blood pressure, sexual activity and sleep: metrics with shapes of their own. */

/** Spoils what would have to be kept in one of these ways, about one time in six. */
export function sometimesSpoilt(
  json: Record<string, unknown>,
  row: ModelRow,
  ways: readonly (readonly [unknown, string])[],
): fc.Arbitrary<ModelElement> {
  const good: ModelElement = { json, expected: { row } };
  const bad = ways.map(([change, reason]): ModelElement => {
    const isChange = typeof change === 'object' && change !== null && !Array.isArray(change);
    return { json: isChange ? { ...json, ...change } : change, expected: { reason } };
  });
  return fc.oneof({ weight: 5, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: fc.constantFrom(...bad) });
}

const pressure = fc
  .record({
    instant: anInstant,
    source: aSource,
    systolic: fc.constantFrom(120, 135.5),
    diastolic: fc.constantFrom(80, 85),
  })
  .chain(({ instant, source: [sent, source], systolic, diastolic }) => {
    const { atMs, offsetMinutes } = instant;
    const row: ModelRow = {
      table: 'blood_pressure_metrics',
      key: [atMs, source],
      cells: { atMs, offsetMinutes, source, systolic, diastolic },
      sample: { instant, metric: 'blood_pressure', ownSpan: null },
    };
    return sometimesSpoilt({ date: instant.text, source: sent, systolic, diastolic }, row, [
      [null, 'not_an_object'],
      [{ systolic: null }, 'value_missing'],
      [{ diastolic: '80' }, 'value_not_a_number'],
      [{ systolic: infinity }, 'value_not_a_number'],
      [{ systolic: 5000 }, 'value_impossible'],
      [{ date: 'noon' }, 'date_unreadable'],
      [{ source: '\udc00' }, 'text_invalid'],
    ]);
  });

const activity = fc
  .record({ instant: anInstant, source: aSource, used: fc.constantFrom(0, 1), unspecified: fc.constantFrom(1, 2) })
  .chain(({ instant, source: [sent, source], used, unspecified }) => {
    const { atMs, offsetMinutes, text } = instant;
    const value = used + unspecified;
    const row: ModelRow = {
      table: 'quantity_metrics',
      key: ['sexual_activity', atMs, source, ''],
      cells: { metric: 'sexual_activity', context: '', atMs, offsetMinutes, source, value, min: null, max: null },
      others: { used, unspecified },
      sample: { instant, metric: 'sexual_activity', ownSpan: null },
    };
    const json = { date: text, source: sent, Unspecified: unspecified, 'Protection Used': used };
    return sometimesSpoilt(json, row, [
      [7, 'not_an_object'],
      [{ Unspecified: 'many' }, 'value_not_a_number'],
      [{ Unspecified: -5 }, 'value_impossible'],
      [{ date: null }, 'date_missing'],
    ]);
  });

const stages: readonly (readonly [string, string])[] = [
  ['Core', 'core'],
  ['Deep', 'deep'],
  ['AsleepDeep', 'deep'],
  ['InBed', 'in_bed'],
  ['In Bed', 'in_bed'],
];
const segment = fc
  .record({
    hour: fc.constantFrom(1, 2),
    length: fc.constantFrom(1, 2),
    stage: fc.constantFrom(...stages),
    source: aSource,
  })
  .chain(({ hour, length, stage: [value, stage], source: [sent, source] }) => {
    const start = writeInstant(`2024-05-01 0${hour}:00:00`, 120);
    const end = later(start, length * 1_800_000);
    const key = [start.atMs, source, stage, end.atMs];
    const cells = { atMs: start.atMs, endAtMs: end.atMs, offsetMinutes: 120, source, stage };
    const json = { startDate: start.text, endDate: end.text, qty: length / 2, value, source: sent };
    return sometimesSpoilt(json, { table: 'sleep_segments', key, cells }, [
      [[], 'not_an_object'],
      [{ endDate: '2024-04-01 00:00:00 +0200' }, 'end_before_start'],
      [{ endDate: 'later' }, 'date_unreadable'],
      [{ startDate: '2099-01-01 00:00:00 +0000', endDate: '2099-01-01 01:00:00 +0000' }, 'date_in_future'],
    ]);
  });

/** Nights that lie apart, or are the same one with its ends moved by minutes. */
const night = fc
  .record({
    day: fc.constantFrom(3, 5),
    isNap: fc.boolean(),
    movedMinutes: fc.constantFrom(0, 7),
    core: fc.constantFrom(1, 1.5),
    source: aSource,
  })
  .chain(({ day, isNap, movedMinutes, core, source: [sent, source] }) => {
    const start = later(writeInstant(`2024-05-0${day} ${isNap ? '14' : '01'}:00:00`, 120), movedMinutes * 60_000);
    const end = later(start, 5_400_000);
    const row: ModelRow = {
      table: 'sleep_metrics',
      key: [day, isNap, source],
      cells: {
        atMs: start.atMs,
        endAtMs: end.atMs,
        offsetMinutes: 120,
        source,
        wakeDate: `2024-05-0${day}`,
        core,
        total: 1.5,
      },
    };
    const json = {
      date: `2024-05-0${day} 00:00:00 +0200`,
      totalSleep: 1.5,
      core,
      sleepStart: start.text,
      sleepEnd: end.text,
      source: sent,
    };
    return sometimesSpoilt(json, row, [
      ['x', 'not_an_object'],
      [{ totalSleep: '1.5' }, 'value_not_a_number'],
      [{ core: -1 }, 'value_impossible'],
      [{ sleepEnd: '2024-04-01 00:00:00 +0200' }, 'end_before_start'],
    ]);
  });

const specials = [
  ['blood_pressure', 'mmHg', pressure],
  ['sexual_activity', 'count', activity],
  ['sleep_analysis', 'hr', fc.oneof(segment, night)],
] as const;

/** A block of one of these metrics. */
export const aSpecialBlock: fc.Arbitrary<ModelBlock> = fc.constantFrom(...specials).chain(([name, units, element]) =>
  fc.record({
    head: fc.constant({ name, units }),
    line: fc.constant(name),
    elements: fc.array(element, { maxLength: 5 }),
  }),
);

const unusableHeads: readonly (readonly [Record<string, unknown>, string, string])[] = [
  [{ units: 'count' }, '(unnamed)', 'name_missing'],
  [{ name: '', units: 'count' }, '(unnamed)', 'name_missing'],
  [{ name: 7, units: 'count' }, '(unnamed)', 'name_missing'],
  [{ name: 'step_count', units: 7 }, 'step_count', 'metric_malformed'],
  [{ name: 'a\0b', units: 'count' }, 'a\ufffdb', 'text_invalid'],
];

/** A block of which no sample can be kept, for what the metric itself lacks. */
export const anUnusableBlock: fc.Arbitrary<ModelBlock> = fc
  .record({ head: fc.constantFrom(...unusableHeads), count: fc.integer({ min: 0, max: 3 }), instant: anInstant })
  .map(({ head: [head, line, reason], count, instant }) => {
    const element = { json: { date: instant.text, qty: 1 }, expected: { reason } };
    return { head, line, elements: Array.from({ length: count }, () => element) };
  });
