import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isoFromCell, isoFromUs, timestampFromUs } from '../../../src/query/paging/instant-text';

test.each([
  ['0', '1970-01-01T00:00:00.000Z'],
  ['1767225600123999', '2026-01-01T00:00:00.123Z'],
  ['-1', '1969-12-31T23:59:59.999Z'],
  ['-1000', '1969-12-31T23:59:59.999Z'],
  ['-62135596800000000', '0001-01-01T00:00:00.000Z'],
])('%s µs is %s', (us, iso) => {
  expect(isoFromUs(us)).toBe(iso);
});

test('a timestamp for the database keeps every microsecond', () => {
  expect(timestampFromUs(-1n, 'infinity')).toBe('1969-12-31T23:59:59.999999Z');
  expect(timestampFromUs(null, '-infinity')).toBe('-infinity');
  const instants = fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n });
  fc.assert(
    fc.property(instants, (us) => {
      const [, seconds = '', fraction = ''] = /^(.*)\.(\d{6})Z$/.exec(timestampFromUs(us, 'infinity')) ?? [];
      expect(BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction)).toBe(us);
    }),
    { seed: 2 },
  );
});

test('a cell without an instant has none', () => {
  expect([isoFromCell(null), isoFromCell('x'), isoFromCell(undefined)]).toEqual([null, null, null]);
  expect(isoFromCell(1767225600123.999)).toBe('2026-01-01T00:00:00.123Z');
});
