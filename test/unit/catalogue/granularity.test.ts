import { describe, expect, it } from 'vitest';
import {
  BlockGranularity,
  Granularity,
  granularityFromHeader,
  granularityFromSpan,
  granularityOfSample,
  isOnBoundary,
} from '../../../src/catalogue/granularity';
import { type Instant, parseInstant } from '../../../src/catalogue/parse-instant';

const { raw, minute, hour, day, week, month, year } = Granularity;

function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === null) throw new Error(`${text} is not a date`);
  return instant;
}

function ofBlock(dates: readonly string[]): number {
  const block = new BlockGranularity();
  for (const date of dates) block.add(at(date));
  return block.result();
}

/** One block as a phone sends it under a setting: the granularity of each of its samples. */
function received(header: string | undefined, dates: readonly string[]): number[] {
  const named = granularityFromHeader(header);
  const block = ofBlock(dates);
  return dates.map((date) => granularityOfSample(at(date), null, null, named, block));
}

describe('rule 1, granularityFromSpan', () => {
  it.each([
    ['2024-02-06 14:30:00 -0800', '2024-02-06 14:31:00 -0800', minute],
    ['2024-02-06 14:30:00 -0800', '2024-02-06 14:30:59 -0800', minute],
    ['2024-02-06 14:00:00 +0530', '2024-02-06 15:00:00 +0530', hour],
    ['2024-02-06 14:00:00 +0530', '2024-02-06 14:59:59 +0530', hour],
    ['2024-02-06 00:00:00 -0800', '2024-02-07 00:00:00 -0800', day],
    ['2024-02-06 00:00:00 -0800', '2024-02-06 23:59:59 -0800', day],
    ['2024-02-06 00:00:00 -0800', '2024-02-06 23:59:59.999 -0800', day],
    // Clocks go forward and back: local days of 23 and of 25 hours, and half an hour of change on Lord Howe Island.
    ['2024-03-10 00:00:00 -0800', '2024-03-11 00:00:00 -0700', day],
    ['2024-11-03 00:00:00 -0700', '2024-11-04 00:00:00 -0800', day],
    ['2024-11-03 00:00:00 -0700', '2024-11-03 23:59:59 -0800', day],
    ['2024-10-06 00:00:00 +1030', '2024-10-07 00:00:00 +1100', day],
    ['2024-02-05 00:00:00 +0100', '2024-02-12 00:00:00 +0100', week],
    ['2024-03-25 00:00:00 +0100', '2024-03-31 23:59:59 +0200', week],
    ['2024-02-01 00:00:00 +0100', '2024-03-01 00:00:00 +0100', month],
    ['2024-03-01 00:00:00 +0100', '2024-04-01 00:00:00 +0200', month],
    ['2023-12-01 00:00:00 +0100', '2023-12-31 23:59:59 +0100', month],
    ['2024-01-01 00:00:00 +0100', '2025-01-01 00:00:00 +0100', year],
    ['1968-01-01 00:00:00 +0100', '1968-12-31 23:59:59 +0100', year],
    ['1969-12-31 00:00:00 +0100', '1970-01-01 00:00:00 +0100', day],
    // A week that happens to begin a month is a week.
    ['2024-02-01 00:00:00 +0100', '2024-02-08 00:00:00 +0100', week],
  ])('%s to %s', (start, end, granularity) => {
    expect(granularityFromSpan(at(start), at(end))).toBe(granularity);
  });

  it.each([
    ['2024-02-06 14:30:00 -0800', '2024-02-06 14:30:00 -0800'],
    ['2024-02-06 00:00:00 -0800', '2024-02-06 00:00:00 -0800'],
    ['2024-02-06', '2024-02-06'],
    ['2024-02-07 00:00:00 -0800', '2024-02-06 00:00:00 -0800'],
    ['2024-02-06 14:30:01 -0800', '2024-02-06 14:31:01 -0800'],
    ['2024-02-06 14:30:00 -0800', '2024-02-06 14:30:58 -0800'],
    ['2024-02-06 14:30:00 -0800', '2024-02-06 15:30:00 -0800'],
    ['2024-02-06 14:30:00 -0800', '2024-02-06 14:45:00 -0800'],
    // Two hours, half a day, two days, six weeks, a quarter, and a year that is not a calendar year.
    ['2024-02-06 14:00:00 -0800', '2024-02-06 16:00:00 -0800'],
    ['2024-02-06 00:00:00 -0800', '2024-02-06 12:00:00 -0800'],
    ['2024-02-06 00:00:00 -0800', '2024-02-08 00:00:00 -0800'],
    ['2024-02-05 00:00:00 +0100', '2024-03-18 00:00:00 +0100'],
    ['2024-01-01 00:00:00 +0100', '2024-04-01 00:00:00 +0200'],
    ['2024-02-01 00:00:00 +0100', '2025-02-01 00:00:00 +0100'],
    // A day in UTC, which is none where the phone was; 24 hours across a change of clocks; a flight of eight zones.
    ['2024-02-05 16:00:00 -0800', '2024-02-06 16:00:00 -0800'],
    ['2024-03-10 00:00:00 -0800', '2024-03-11 01:00:00 -0700'],
    ['2024-02-06 00:00:00 -0800', '2024-02-07 00:00:00 +0000'],
  ])('%s to %s is raw', (start, end) => {
    expect(granularityFromSpan(at(start), at(end))).toBe(raw);
  });
});

describe('rule 2, granularityFromHeader', () => {
  it.each([
    ['Minutes', minute],
    ['minute', minute],
    ['Hours', hour],
    ['hourly', hour],
    ['Days', day],
    ['day', day],
    ['daily', day],
    [' DAILY ', day],
    ['Weeks', week],
    ['Months', month],
    ['Years', year],
  ])('%j', (header, granularity) => {
    expect(granularityFromHeader(header)).toBe(granularity);
  });

  it.each([undefined, '', ' ', 'Default', 'none', 'Tage', 'Días', '日', 'seconds', '__proto__', 'Days,Hours'])(
    '%j names none',
    (header) => {
      expect(granularityFromHeader(header)).toBeNull();
    },
  );
});

describe('isOnBoundary', () => {
  const dates = {
    second: '2024-05-06 14:30:05 +0545',
    fraction: '2024-05-06 00:00:00.001 +0545',
    minute: '2024-05-06 14:30:00 +0545',
    hour: '2024-05-06 14:00:00 +0545',
    midnight: '2024-05-06 00:00:00 +0545',
    first: '2024-05-01 00:00:00 +0545',
    newYear: '2024-01-01 00:00:00 +0545',
    before1970: '1968-05-01 00:00:00 -0330',
  };

  it.each([
    [raw, ['second', 'fraction', 'minute', 'hour', 'midnight', 'first', 'newYear', 'before1970']],
    [minute, ['minute', 'hour', 'midnight', 'first', 'newYear', 'before1970']],
    [hour, ['hour', 'midnight', 'first', 'newYear', 'before1970']],
    [day, ['midnight', 'first', 'newYear', 'before1970']],
    [week, ['midnight', 'first', 'newYear', 'before1970']],
    [month, ['first', 'newYear', 'before1970']],
    [year, ['newYear']],
  ])('of granularity %d', (granularity, names) => {
    const actual = Object.entries(dates).filter(([, date]) => isOnBoundary(granularity, at(date)));
    expect(actual.map(([name]) => name)).toEqual(names);
  });
});

describe('rule 3, BlockGranularity', () => {
  it.each([
    [[], raw],
    [['2024-02-06 00:00:00 -0800'], day],
    [['2024-02-06'], day],
    [['2024-02-06 14:00:00 -0800'], hour],
    [['2024-02-06 14:30:00 -0800'], minute],
    [['2024-02-06 14:30:05 -0800'], raw],
    [['2024-02-06 00:00:00 -0800', '2024-02-07 00:00:00 -0800'], day],
    // The offset changes within the block, and midnight stays midnight.
    [['2024-03-09 00:00:00 -0800', '2024-03-10 00:00:00 -0800', '2024-03-11 00:00:00 -0700'], day],
    [['2024-02-06 00:00:00 -0800', '2024-02-06 01:00:00 -0800'], hour],
    [['2024-02-06 01:00:00 -0800', '2024-02-06 00:00:00 -0800'], hour],
    [['2024-02-06 00:00:00 -0800', '2024-02-06 00:01:00 -0800', '2024-02-06 01:00:00 -0800'], minute],
    [['2024-02-06 00:00:00 -0800', '2024-02-06 00:00:01 -0800', '2024-02-07 00:00:00 -0800'], raw],
    // Midnight in UTC is none in California.
    [['2024-02-05 16:00:00 -0800', '2024-02-06 16:00:00 -0800'], hour],
  ])('%j', (dates, granularity) => {
    expect(ofBlock(dates)).toBe(granularity);
  });
});

describe('the whole rule', () => {
  const midnights = ['2024-02-06 00:00:00 -0800', '2024-02-07 00:00:00 -0800'];
  const hours = ['2024-02-06 00:00:00 -0800', '2024-02-06 01:00:00 -0800'];
  const minutes = ['2024-02-06 00:00:00 -0800', '2024-02-06 00:01:00 -0800'];
  const readings = ['2024-02-06 00:00:00 -0800', '2024-02-06 00:00:07 -0800'];

  it('keeps the midnights of four automations of one phone apart', () => {
    expect(received('Days', midnights)).toEqual([day, day]);
    expect(received('Hours', hours)).toEqual([hour, hour]);
    expect(received('Minutes', minutes)).toEqual([minute, minute]);
    expect(received('Default', readings)).toEqual([raw, raw]);
    const midnight = [received('Days', midnights), received('Hours', hours), received('Minutes', minutes)].map(
      ([first]) => first,
    );
    expect(new Set([...midnight, raw]).size).toBe(4);
  });

  it('finds the same without a header', () => {
    expect(received(undefined, midnights)).toEqual([day, day]);
    expect(received(undefined, hours)).toEqual([hour, hour]);
    expect(received(undefined, minutes)).toEqual([minute, minute]);
    expect(received(undefined, readings)).toEqual([raw, raw]);
  });

  it('follows a change of setting in mid-month, request by request', () => {
    const until15th = Array.from(
      { length: 15 },
      (_, index) => `2024-02-${String(index + 1).padStart(2, '0')} 00:00:00 -0800`,
    );
    expect(new Set(received('Days', until15th))).toEqual(new Set([day]));
    // The window overlaps: the 15th comes again, by the hour now, and its midnight is another sample than the day's.
    const by15thHours = Array.from(
      { length: 24 },
      (_, index) => `2024-02-15 ${String(index).padStart(2, '0')}:00:00 -0800`,
    );
    expect(new Set(received('Hours', by15thHours))).toEqual(new Set([hour]));
    expect(new Set(received('Default', by15thHours))).toEqual(new Set([hour]));
  });

  it('takes every day over a change of clocks for a day', () => {
    const autumn = ['2024-11-02 00:00:00 -0700', '2024-11-03 00:00:00 -0700', '2024-11-04 00:00:00 -0800'];
    expect(received('Days', autumn)).toEqual([day, day, day]);
    expect(received(undefined, autumn)).toEqual([day, day, day]);
    // 01:00 occurs twice that night; the offset tells the two hours apart.
    const night = ['2024-11-03 01:00:00 -0700', '2024-11-03 01:00:00 -0800', '2024-11-03 02:00:00 -0800'];
    expect(received('Hours', night)).toEqual([hour, hour, hour]);
  });

  it('leaves readings raw that the app does not aggregate, sample by sample', () => {
    expect(received('Days', ['2024-02-06 07:12:31 -0800', '2024-02-07 00:00:00 -0800'])).toEqual([raw, day]);
    expect(received('Weeks', ['2024-02-05 00:00:00 -0800', '2024-02-12 07:00:00 -0800'])).toEqual([week, raw]);
    expect(received('Months', ['2024-02-01 00:00:00 -0800', '2024-02-02 00:00:00 -0800'])).toEqual([month, raw]);
    expect(received('Years', ['2024-01-01 00:00:00 -0800', '2024-02-01 00:00:00 -0800'])).toEqual([year, raw]);
  });

  it("puts a sample's own span above the header and the block", () => {
    const start = at('2024-02-06 00:00:00 -0800');
    const end = at('2024-02-07 00:00:00 -0800');
    expect(granularityOfSample(start, start, end, hour, minute)).toBe(day);
    expect(granularityOfSample(start, start, start, day, day)).toBe(raw);
    // A start alone says nothing.
    expect(granularityOfSample(start, start, null, day, minute)).toBe(day);
    expect(granularityOfSample(start, start, null, null, minute)).toBe(minute);
  });
});
