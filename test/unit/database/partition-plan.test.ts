import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type PartitionRange,
  planMissingMonths,
  planReceiptPartitions,
  planSamplePartitions,
} from '../../../src/database/partition-plan';

const hourMs = 3_600_000;
const years = (from: number, to: number) =>
  fc.date({
    min: new Date(Date.UTC(from, 0, 1)),
    max: new Date(Date.UTC(to, 11, 31, 23, 59, 59, 999)),
    noInvalidDate: true,
  });
/** As the settings allow them. */
const detailedYears = fc.integer({ min: 0, max: 50 });
const monthsAhead = fc.integer({ min: 2, max: 120 });

/** Each range begins where the one before it ends, none is empty, and no two have one name. */
function expectUnbroken(ranges: readonly PartitionRange[]): void {
  const broken = ranges.filter(
    ({ from, to }, i) => (from !== null && from >= to) || (i > 0 && from?.getTime() !== ranges[i - 1]?.to.getTime()),
  );
  expect(broken).toEqual([]);
  expect(new Set(ranges.map(({ suffix }) => suffix)).size).toBe(ranges.length);
}

function partitionsOf(at: Date, ranges: readonly PartitionRange[]): number {
  return ranges.filter(({ from, to }) => (from === null || from <= at) && at < to).length;
}

describe('planSamplePartitions', () => {
  test('any instant from the year 1 to 48 hours ahead has exactly one partition', () => {
    fc.assert(
      fc.property(
        years(2014, 2200),
        detailedYears,
        monthsAhead,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (now, detailed, ahead, part) => {
          const ranges = planSamplePartitions(now, detailed, ahead);
          expect(ranges[0]?.from).toBeNull();
          expectUnbroken(ranges);
          const first = Date.UTC(2000, 0, 1) - 1999 * 366 * 24 * hourMs;
          const last = now.getTime() + 48 * hourMs;
          for (const at of [first, last, first + Math.floor((last - first) * part)]) {
            expect(partitionsOf(new Date(at), ranges)).toBe(1);
          }
          const months = ranges.filter(
            ({ from, to }) => from !== null && to.getTime() - from.getTime() <= 31 * 24 * hourMs,
          );
          expect(months[0]?.from?.getUTCFullYear()).toBe(Math.max(2014, now.getUTCFullYear() - detailed));
        },
      ),
      { seed: 3, numRuns: 200 },
    );
  });

  test('names what is before HealthKit, then years, then months', () => {
    const suffixes = planSamplePartitions(new Date('2017-11-30T23:59:59.999Z'), 1, 2).map(({ suffix }) => suffix);
    expect(suffixes).toEqual([
      '_before_2014',
      '_2014',
      '_2015',
      ...Array.from({ length: 12 }, (_, month) => `_2016_${String(month + 1).padStart(2, '0')}`),
      ...Array.from({ length: 12 }, (_, month) => `_2017_${String(month + 1).padStart(2, '0')}`),
      '_2018_01',
    ]);
  });

  test.each(['1970-01-01T00:00:00Z', '2013-12-31T23:59:59Z', '2014-01-01T00:00:00Z'])(
    'a clock that says %s still gets a plan that upkeep can go on from',
    (text) => {
      const now = new Date(text);
      const planned = planSamplePartitions(now, 2, 4);
      expect(partitionsOf(new Date(now.getTime() + 48 * hourMs), planned)).toBe(1);
      const lastTo = planned.at(-1)?.to as Date;
      expectUnbroken([...planned, ...planMissingMonths(lastTo, new Date('2026-11-24T00:00:00Z'), 4)]);
    },
  );
});

describe('planReceiptPartitions', () => {
  test('reaches from the month before to the months ahead', () => {
    fc.assert(
      fc.property(years(2014, 2200), monthsAhead, (now, ahead) => {
        const ranges = planReceiptPartitions(now, ahead);
        expectUnbroken(ranges);
        expect(ranges).toHaveLength(ahead + 2);
        for (const at of [now.getTime() - 24 * hourMs, now.getTime(), now.getTime() + 48 * hourMs]) {
          expect(partitionsOf(new Date(at), ranges)).toBe(1);
        }
      }),
      { seed: 5 },
    );
  });
});

describe('planMissingMonths', () => {
  test('goes on where the last partition ended, whatever the pause, and then has nothing to do', () => {
    fc.assert(
      fc.property(
        years(2014, 2100),
        fc.integer({ min: 0, max: 40 * 365 }),
        detailedYears,
        monthsAhead,
        (first, pauseDays, detailed, ahead) => {
          const now = new Date(first.getTime() + pauseDays * 24 * hourMs);
          const made = planSamplePartitions(first, detailed, ahead);
          const all = [...made, ...planMissingMonths(made.at(-1)?.to as Date, now, ahead)];
          expectUnbroken(all);
          expect(partitionsOf(new Date(now.getTime() + 48 * hourMs), all)).toBe(1);
          expect(planMissingMonths(all.at(-1)?.to as Date, now, ahead)).toEqual([]);
        },
      ),
      { seed: 7 },
    );
  });

  test.each([
    ['2026-01-31T23:59:59.999Z', ['_2026_02', '_2026_03']],
    ['2028-02-29T12:00:00Z', ['_2028_03', '_2028_04']],
    ['2026-12-31T23:59:59.999Z', ['_2027_01', '_2027_02']],
    ['2026-11-30T00:00:00Z', ['_2026_12', '_2027_01']],
  ])('at %s the two months ahead are the next two', (text, expected) => {
    const now = new Date(text);
    const thisMonthEnd = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
    expect(planMissingMonths(thisMonthEnd, now, 2).map(({ suffix }) => suffix)).toEqual(expected);
  });
});
