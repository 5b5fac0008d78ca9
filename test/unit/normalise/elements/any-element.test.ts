import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../../src/catalogue/json';
import { rejectReasons } from '../../../../src/catalogue/reject-reason';
import type { ElementNormaliser } from '../../../../src/ingest/normalise/element-normaliser';
import { elementKinds } from '../../../../src/ingest/normalise/elements/element-kinds';
import { readSleepNight } from '../../../../src/ingest/normalise/elements/sleep-night';
import { readSleepSegment } from '../../../../src/ingest/normalise/elements/sleep-segment';
import { readOne, shuffleKeys } from './read-one';

const readers: readonly (readonly [string, ElementNormaliser])[] = [
  ...[...elementKinds].map(([kind, { read }]) => [kind, read] as const),
  ['sleep night', (element, payload) => readSleepNight(element, payload)],
  ['sleep segment', readSleepSegment],
];

/** Every field that any reader asks for, so that most elements come some way. */
const fieldNames = [
  ...['id', 'name', 'start', 'end', 'date', 'kind', 'source', 'value', 'status', 'severity', 'displayText'],
  ...['duration', 'location', 'isIndoor', 'activeEnergyBurned', 'activeEnergy', 'totalEnergy', 'distance', 'heartRate'],
  ...[
    'avgHeartRate',
    'maxHeartRate',
    'elevation',
    'intesity',
    'metadata',
    'route',
    'heartRateData',
    'stepCount',
    'laps',
  ],
  ...['valence', 'valenceClassification', 'scheduledDate', 'heartNotification', 'threshold', 'threshhold'],
  ...['classification', 'averageHeartRate', 'samplingFrequency', 'numberOfVoltageMeasurements', 'voltageMeasurements'],
  ...['startDate', 'endDate', 'totalSleep', 'asleep', 'deep', 'sleepStart', 'sleepEnd', 'inBedStart', 'sleepSource'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length'],
];
const pointFields = [
  'date',
  'timestamp',
  'qty',
  'Min',
  'min',
  'lat',
  'latitude',
  'lon',
  'voltage',
  'units',
  '__proto__',
];

const dates = fc.constantFrom<JsonValue[]>(
  '2026-05-05 18:00:00 +0200',
  '2026-05-05 6:30:00\u202fPM -0800',
  '2026-05-05T02:35:56Z',
  '2026-05-05',
  '0001-01-01T00:00:00Z',
  1_777_942_800.123,
  'Invalid Date',
);
const scalars = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer({ min: -5, max: 200 }),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom<JsonValue[]>(null, true, '', '\0', '\ud83d', '0B54F8D1-7C9A-4A5D-8E2F-1A2B3C4D5E6F', 'Core'),
);
const measures = fc.record({ qty: scalars, units: fc.constantFrom('kcal', 'km', 'bpm', 'x') });

function objects(names: readonly string[], values: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> {
  return fc
    .array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 12 })
    .map((members) => Object.fromEntries(members) as JsonObject);
}

const points = fc.array(fc.oneof(objects(pointFields, fc.oneof(dates, scalars)), scalars), { maxLength: 6 });
const values: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 4, arbitrary: dates },
  { weight: 3, arbitrary: scalars },
  { weight: 2, arbitrary: measures },
  { weight: 2, arbitrary: points },
  { weight: 1, arbitrary: fc.jsonValue().map((value) => value as JsonValue) },
);
/** Enough for each of the readers. */
const complete: JsonObject = {
  ...{
    start: '2026-05-05 18:00:00 +0200',
    end: '2026-05-05 19:00:00 +0200',
    name: 'x',
    displayText: 'x',
    value: 'Core',
  },
  ...{
    startDate: '2026-05-05 18:00:00 +0200',
    endDate: '2026-05-05 19:00:00 +0200',
    date: '2026-05-05',
    totalSleep: 7,
  },
};
const elements = fc.oneof(
  objects(fieldNames, values).map((fields) => ({ ...complete, ...fields })),
  fc
    .tuple(fc.dictionary(fc.constantFrom(...Object.keys(complete)), dates), objects(fieldNames, values))
    .map(([times, fields]) => ({ ...fields, ...times }) as JsonObject),
);

describe.each(readers)('%s', (_kind, read) => {
  it('adds exactly one row or gives a reason, for any JSON, and never throws', () => {
    let stored = 0;
    fc.assert(
      fc.property(elements, (element) => {
        const { reason } = readOne(read, element);
        if (reason === null) stored++;
        else expect(rejectReasons).toContain(reason);
      }),
      { seed: 23, numRuns: 1_000 },
    );
    // Else the property would hold for readers that reject everything.
    expect(stored).toBeGreaterThan(20);
  });

  it('reads the same row, or gives the same reason, whatever the order of the keys', () => {
    fc.assert(
      fc.property(elements, fc.infiniteStream(fc.nat()), (element, numbers) => {
        const pick = (length: number): number => Number(numbers.next().value) % length;
        expect(readOne(read, shuffleKeys(element, pick))).toEqual(readOne(read, element));
      }),
      { seed: 29, numRuns: 500 },
    );
  });

  it('rejects what is nested too deeply instead of exhausting the stack', () => {
    let deep: JsonValue = 1;
    for (let i = 0; i < 100_000; i++) deep = i % 2 === 0 ? [deep] : { deep };
    for (const field of fieldNames) {
      const element = { ...complete, [field]: deep };
      expect(() => readOne(read, element)).not.toThrow();
      expect(() => readOne(read, { ...element, [field]: [{ date: complete['start'] as string, deep }] })).not.toThrow();
    }
  });
});
