import { describe, expect, test } from 'vitest';
import { Problem } from '../../../src/common/problem';
import { readRange } from '../../../src/query/request/instant-range';
import { parseQueryInstant } from '../../../src/query/request/parse-query-instant';

function range(from: string | undefined, to: string | undefined, timeZone: string) {
  const read = (text: string | undefined) => (text === undefined ? undefined : parseQueryInstant(text));
  return readRange({ from: read(from), to: read(to) }, timeZone);
}

const us = (iso: string) => BigInt(Date.parse(iso)) * 1000n;

describe('a range', () => {
  test('without ends is everything', () => {
    expect(range(undefined, undefined, 'UTC')).toEqual({ fromUs: null, toUs: null });
  });

  test('of dates is of local days, also when the clocks change', () => {
    expect(range('2026-03-29', '2026-03-30', 'Europe/Berlin')).toEqual({
      fromUs: us('2026-03-28T23:00:00Z'),
      toUs: us('2026-03-29T22:00:00Z'),
    });
  });

  test('takes an offset at its word, whatever the zone', () => {
    expect(range('2026-03-29T00:00:00+05:45', undefined, 'America/New_York').fromUs).toBe(us('2026-03-28T18:15:00Z'));
  });

  test('ends where the calendar does', () => {
    expect(range('0001-01-01', '9999-12-31T23:59:59', 'Asia/Tokyo').fromUs).toBe(us('0001-01-01T00:00:00Z'));
    expect(range(undefined, '9999-12-31T23:59:59', 'Pacific/Honolulu').toUs).toBe(us('9999-12-31T23:59:59.999Z'));
  });

  test('of no length is legal', () => {
    expect(range('2026-03-29', '2026-03-29', 'UTC').fromUs).toBe(us('2026-03-29T00:00:00Z'));
  });

  test('that ends before it starts is a problem', () => {
    expect(() => range('2026-03-30', '2026-03-29', 'UTC')).toThrow(Problem);
    expect(() => range('2026-03-30T00:00:00+02:00', '2026-03-29T23:00:00Z', 'UTC')).not.toThrow();
  });
});
