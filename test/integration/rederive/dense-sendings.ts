import fc from 'fast-check';
import type { Sending } from './open-rederive';

/** Few instants, values and sources, so that payloads hold the same samples in other company, named and not. */
const instants = [
  '2024-05-01 00:00:00 +0200',
  '2024-05-01 01:00:00 +0200',
  '2024-05-01 01:01:00 +0200',
  '2024-05-01 01:01:07 +0200',
];
const nights = ['21:00', '22:00', '23:00', '23:30'].flatMap((start) =>
  ['02:00', '05:00', '07:00'].map((end) => [start, end]),
);

const aReading = fc.record({
  date: fc.constantFrom(...instants),
  qty: fc.constantFrom(1, 2, 60),
  source: fc.constantFrom('Watch', ''),
  // Now and then a sample names its own span.
  hasSpan: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
});

const aBlock = fc
  .tuple(
    fc.constantFrom('step_count', 'blood_glucose', 'flights_of_fancy'),
    fc.array(aReading, { minLength: 1, maxLength: 4 }),
  )
  .map(([name, readings]) => ({
    name,
    units: name === 'blood_glucose' ? 'mg/dL' : 'count',
    data: readings.map(({ hasSpan, date, qty, source }) =>
      hasSpan
        ? { qty, source, date, start: date, end: date.replace(/(\d\d):00:00/, '$1:59:59') }
        : { qty, source, date },
    ),
  }));

const aNight = fc
  .tuple(fc.constantFrom(...nights), fc.constantFrom(6, 7), fc.constantFrom('Watch', 'Phone'))
  .map(([[start, end], totalSleep, source]) => ({
    date: '2024-05-01',
    source,
    totalSleep,
    sleepStart: `2024-04-30 ${start}:00 +0200`,
    sleepEnd: `2024-05-01 ${end}:00 +0200`,
  }));

/** The app's id stays, the time does not. */
const aWorkout = fc
  .tuple(fc.constantFrom('1', '2'), fc.constantFrom('08', '12'), fc.constantFrom('01', '20'))
  .map(([id, hour, day]) => ({
    id: `0a1b2c3d-0000-4000-8000-00000000000${id}`,
    name: 'Run',
    start: `2024-05-${day} ${hour}:00:00 +0200`,
    end: `2024-05-${day} ${hour}:30:00 +0200`,
    duration: 1800,
  }));

/** Some small payloads that all have to do with one another. */
export const denseSendings: fc.Arbitrary<readonly Sending[]> = fc.array(
  fc
    .record({
      blocks: fc.array(aBlock, { maxLength: 2 }),
      sleep: fc.array(aNight, { maxLength: 2 }),
      workouts: fc.array(aWorkout, { maxLength: 1 }),
      aggregation: fc.constantFrom(null, null, null, 'Days', 'Hours'),
    })
    .map(({ blocks, sleep, workouts, aggregation }) => ({
      body: JSON.stringify({
        data: { metrics: [...blocks, { name: 'sleep_analysis', units: 'hr', data: sleep }], workouts },
      }),
      aggregation,
    })),
  { minLength: 2, maxLength: 7 },
);
