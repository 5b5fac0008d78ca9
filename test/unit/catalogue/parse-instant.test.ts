import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromAppleEpoch, parseInstant } from '../../../src/catalogue/parse-instant';

/** What a good date is read as: the instant in ISO, the offset (null for none). */
function read(value: unknown): [string, number | null] | null {
  const instant = parseInstant(value);
  if (instant === null) return null;
  return [new Date(instant.atMs).toISOString(), instant.hasOffset ? instant.offsetMinutes : null];
}

const pad = (value: number, digits: number) => String(value).padStart(digits, '0');

/** The instant of date parts by the language's own calendar; null where it would roll over into other parts. */
function instantByDate(
  parts: readonly [number, number, number, number, number, number],
  offset: number,
): number | null {
  const [year, month, day, hour, minute, second] = parts;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const rolled =
    date.getUTCFullYear() !== year ||
    date.getUTCMonth() !== month - 1 ||
    date.getUTCDate() !== day ||
    date.getUTCHours() !== hour ||
    date.getUTCMinutes() !== minute ||
    date.getUTCSeconds() !== second;
  const atMs = date.getTime() - offset * 60_000;
  const utcYear = new Date(atMs).getUTCFullYear();
  return rolled || year < 1 || utcYear < 1 || utcYear > 9_999 ? null : atMs;
}

const offsetText = (offset: number, colon = '') =>
  `${offset < 0 ? '-' : '+'}${pad(Math.trunc(Math.abs(offset) / 60), 2)}${colon}${pad(Math.abs(offset) % 60, 2)}`;

describe('parseInstant', () => {
  it.each([
    ['2024-02-06 14:30:00 -0800', '2024-02-06T22:30:00.000Z', -480],
    ['2024-02-06 14:30:00 +0530', '2024-02-06T09:00:00.000Z', 330],
    ['2024-02-06 14:30:00 +0000', '2024-02-06T14:30:00.000Z', 0],
    ['2024-02-06 14:30:00 -0000', '2024-02-06T14:30:00.000Z', 0],
    ['2024-02-06 14:30:00 -08:00', '2024-02-06T22:30:00.000Z', -480],
    ['2024-02-06 14:30:00 -08', '2024-02-06T22:30:00.000Z', -480],
    ['2024-02-06 14:30:00-0800', '2024-02-06T22:30:00.000Z', -480],
    ['2024-02-06 2:30:00 PM -0800', '2024-02-06T22:30:00.000Z', -480],
    ['2024-02-06 02:30:00 pm -0800', '2024-02-06T22:30:00.000Z', -480],
    ['2024-02-06 2:30:00\u202fPM -0800', '2024-02-06T22:30:00.000Z', -480],
    ['2024-02-06 2:30:00\u00a0am -0800', '2024-02-06T10:30:00.000Z', -480],
    ['2024-02-06 2:30:00\u202fp.\u00a0m. -0800', '2024-02-06T22:30:00.000Z', -480],
    ['2024-02-06 2:30:00 a.m. -0800', '2024-02-06T10:30:00.000Z', -480],
    ['2024-02-06 2:30:00PM -0800', '2024-02-06T22:30:00.000Z', -480],
    ['2024-02-06 12:00:00 AM -0800', '2024-02-06T08:00:00.000Z', -480],
    ['2024-02-06 12:00:00 PM -0800', '2024-02-06T20:00:00.000Z', -480],
    ['2024-02-06 0:30:00 PM -0800', '2024-02-06T20:30:00.000Z', -480],
    ['2024-02-06 14:30:00.123 -0800', '2024-02-06T22:30:00.123Z', -480],
    ['2024-02-06 14:30:00.5 Z', '2024-02-06T14:30:00.500Z', 0],
    ['2024-02-06 14:30:00,123456789 Z', '2024-02-06T14:30:00.123Z', 0],
    ['2026-05-05T02:35:56Z', '2026-05-05T02:35:56.000Z', 0],
    ['2026-05-05T02:35:56.789z', '2026-05-05T02:35:56.789Z', 0],
    ['2026-05-05T02:35:56-08:00', '2026-05-05T10:35:56.000Z', -480],
    ['2026-05-05T02:35Z', '2026-05-05T02:35:00.000Z', 0],
    ['2024-02-06 14:30:00', '2024-02-06T14:30:00.000Z', null],
    ['2024-02-06T14:30:00.250', '2024-02-06T14:30:00.250Z', null],
    [' 2024-02-06 14:30:00 -0800\n', '2024-02-06T22:30:00.000Z', -480],
    ['1969-12-31 23:59:59 +0000', '1969-12-31T23:59:59.000Z', 0],
    ['1900-03-01 00:00:00 +0000', '1900-03-01T00:00:00.000Z', 0],
    ['0001-01-01 00:00:00 +0000', '0001-01-01T00:00:00.000Z', 0],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z', 0],
    ['2024-02-29 00:00:00 +1400', '2024-02-28T10:00:00.000Z', 840],
    ['1880-01-01 00:00:00 -1556', '1880-01-01T15:56:00.000Z', -956],
    // Both sides of the end and of the start of summer time: the offset decides, whatever zone the machine is in.
    ['2024-11-03 01:30:00 -0700', '2024-11-03T08:30:00.000Z', -420],
    ['2024-11-03 01:30:00 -0800', '2024-11-03T09:30:00.000Z', -480],
    ['2024-03-10 02:30:00 -0800', '2024-03-10T10:30:00.000Z', -480],
  ])('reads %j', (text, at, offset) => {
    expect(read(text)).toEqual([at, offset]);
    expect(parseInstant(text)?.dateOnly).toBe(false);
  });

  it('reads a date alone, as its midnight', () => {
    expect(parseInstant('2024-02-06')).toEqual({
      atMs: Date.UTC(2024, 1, 6),
      offsetMinutes: 0,
      hasOffset: false,
      dateOnly: true,
    });
  });

  it.each([
    [1_706_902_345, '2024-02-02T19:32:25.000Z'],
    [1_706_902_345.123, '2024-02-02T19:32:25.123Z'],
    [1_706_902_345.1239, '2024-02-02T19:32:25.124Z'],
    [1_706_902_345_123, '2024-02-02T19:32:25.123Z'],
    ['1706902345', '2024-02-02T19:32:25.000Z'],
    ['1706902345.123456', '2024-02-02T19:32:25.123Z'],
    ['1706902345123', '2024-02-02T19:32:25.123Z'],
    [99_999_999_999, '5138-11-16T09:46:39.000Z'],
    [100_000_000_000, '1973-03-03T09:46:40.000Z'],
    [-631_152_000, '1950-01-01T00:00:00.000Z'],
  ])('reads the epoch number %j', (value, at) => {
    expect(read(value)).toEqual([at, null]);
  });

  it.each([
    // Not in the calendar or on the clock.
    '2024-13-01 00:00:00 +0000',
    '2024-00-01 00:00:00 +0000',
    '2024-02-30 00:00:00 +0000',
    '2023-02-29 00:00:00 +0000',
    '1900-02-29 00:00:00 +0000',
    '2024-04-31 00:00:00 +0000',
    '2024-01-00 00:00:00 +0000',
    '2024-01-32 00:00:00 +0000',
    '2024-01-01 24:00:00 +0000',
    '2024-01-01 23:60:00 +0000',
    '2024-01-01 23:59:60 +0000',
    '2024-01-01 23:59:61 +0000',
    '2016-12-31T23:59:60Z',
    '2024-01-01 00:00:00 +1600',
    '2024-01-01 00:00:00 +0060',
    '2024-01-01T00:00:00+00:60',
    '2024-01-01 13:00:00 PM -0800',
    '0000-12-31 00:00:00 +0000',
    '0001-01-01 00:00:00 +0100',
    '9999-12-31 23:59:59 -0100',
    '2024-02-30',
    // Not a known form.
    '',
    ' ',
    'now',
    'today',
    'Invalid Date',
    'null',
    '2024',
    '20240206',
    '20240206143000',
    '2024-02-06 14',
    '2024-2-6',
    '24-02-06 14:30:00 -0800',
    '02/06/2024',
    '6 Feb 2024',
    '2024-02-06 14:30:00 PST',
    '2024-02-06 14:30:00 -0800 garbage',
    '2024-02-06 14:30:00 *0800',
    '2024-02-0x 14:30:00 -0800',
    '2024-02-1/ 14:30:00 -0800',
    '2024-02-/1 14:30:00 -0800',
    '2024-02-0: 14:30:00 -0800',
    '2024-02-:0 14:30:00 -0800',
    '2024-02-06 1x:30:00 -0800',
    '2024-02-06 14:30:00 -080x',
    '２０２４-02-06 14:30:00 -0800',
    '2024-02-06T',
    '2024-02-06T14:30:00.Z',
    '+002024-02-06T14:30:00Z',
    '1e10',
    '0x65bd4ac9',
    '-1706902345',
    'Infinity',
    'NaN',
    // Not a date by type or size.
    null,
    undefined,
    true,
    false,
    {},
    [],
    ['2024-02-06 14:30:00 -0800'],
    { date: '2024-02-06' },
    new Date(),
    0,
    -1,
    2024,
    20_240_206,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    1e18,
    -1e18,
    253_402_300_800_000,
  ])('does not read %j', (value) => {
    expect(parseInstant(value)).toBeNull();
  });

  it('does not read a bigint', () => {
    expect(parseInstant(1_706_902_345n)).toBeNull();
  });

  it('takes no time over a hostile text', () => {
    const startedAtMs = performance.now();
    for (const text of [`2024-02-06${' '.repeat(500_000)}`, '1'.repeat(500_000), `${' '.repeat(500_000)}2024-02-06`]) {
      for (let round = 0; round < 1_000; round += 1) expect(parseInstant(text)).toBeNull();
    }
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  });

  it('gives each caller an object of its own', () => {
    expect(parseInstant('2024-02-06 14:30:00 -0800')).not.toBe(parseInstant('2024-02-06 14:30:00 -0800'));
  });

  const anyParts = fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: 9_999 }), fc.integer({ min: 1990, max: 2040 })),
    fc.integer({ min: 0, max: 13 }),
    fc.oneof(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 28, max: 31 })),
    fc.integer({ min: 0, max: 25 }),
    fc.integer({ min: 0, max: 61 }),
    fc.integer({ min: 0, max: 61 }),
  );
  const anyOffset = fc.integer({ min: -959, max: 959 });

  it('agrees with the calendar of the language on every date, in every form', () => {
    fc.assert(
      fc.property(anyParts, anyOffset, fc.integer({ min: 0, max: 999 }), (parts, offset, ms) => {
        const [year, month, day, hour, minute, second] = parts;
        const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
        const time = `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}`;
        const atMs = instantByDate(parts, offset);
        const wallMs = instantByDate(parts, 0);
        expect(parseInstant(`${date} ${time} ${offsetText(offset)}`)?.atMs ?? null).toBe(atMs);
        expect(parseInstant(`${date}T${time}${offsetText(offset, ':')}`)?.atMs ?? null).toBe(atMs);
        expect(parseInstant(`${date} ${time}.${pad(ms, 3)} ${offsetText(offset)}`)?.atMs ?? null).toBe(
          atMs === null ? null : atMs + ms,
        );
        expect(parseInstant(`${date}T${time}Z`)?.atMs ?? null).toBe(wallMs);
        expect(parseInstant(`${date} ${time}`)?.atMs ?? null).toBe(wallMs);
        if (hour < 24) {
          const half = `${hour % 12 || 12}:${pad(minute, 2)}:${pad(second, 2)}\u202f${hour < 12 ? 'AM' : 'PM'}`;
          expect(parseInstant(`${date} ${half} ${offsetText(offset)}`)?.atMs ?? null).toBe(atMs);
        }
      }),
      { seed: 2, numRuns: 5_000 },
    );
  });

  it('reads back what the language writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
        (date) => {
          const text = date.toISOString();
          expect(parseInstant(text)?.atMs).toBe(Date.parse(text));
        },
      ),
      { seed: 2, numRuns: 2_000 },
    );
  });

  it('never throws, and never reads what is not there', () => {
    const almostADate = fc
      .tuple(fc.nat({ max: 24 }), fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }))
      .map(
        ([at, junk]) =>
          `${'2024-02-06 14:30:00 -0800'.slice(0, at)}${junk}${'2024-02-06 14:30:00 -0800'.slice(at + 1)}`,
      );
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), almostADate, fc.anything(), fc.double()), (value) => {
        const instant = parseInstant(value);
        if (instant === null) return;
        expect(Number.isInteger(instant.atMs)).toBe(true);
        expect(Math.abs(instant.offsetMinutes)).toBeLessThan(16 * 60);
        expect(new Date(instant.atMs).toISOString()).toMatch(/^\d{4}-/);
        if (typeof value === 'string') expect(value).toMatch(/\d{4}-\d{2}-\d{2}|^\d{9,13}/);
      }),
      { seed: 2, numRuns: 4_000 },
    );
  });
});

describe('fromAppleEpoch', () => {
  it.each([
    [0, '2001-01-01T00:00:00.000Z'],
    [728_595_145.5, '2024-02-02T19:32:25.500Z'],
    [-978_307_200, '1970-01-01T00:00:00.000Z'],
  ])('reads %d', (seconds, at) => {
    expect(new Date(fromAppleEpoch(seconds)?.atMs ?? 0).toISOString()).toBe(at);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e15, -1e15])('does not read %d', (seconds) => {
    expect(fromAppleEpoch(seconds)).toBeNull();
  });
});
