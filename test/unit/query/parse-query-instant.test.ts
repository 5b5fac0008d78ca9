import { describe, expect, test } from 'vitest';
import { parseQueryInstant } from '../../../src/query/request/parse-query-instant';

describe('an instant of a query', () => {
  test.each([
    ['2026-05-01T14:30:00Z', '2026-05-01T14:30:00.000Z'],
    ['2026-05-01T14:30:00.123456Z', '2026-05-01T14:30:00.123Z'],
    ['2026-05-01T14:30+02:00', '2026-05-01T12:30:00.000Z'],
    ['2026-05-01T14:30:00+0200', '2026-05-01T12:30:00.000Z'],
    ['2026-05-01T14:30:00-02', '2026-05-01T16:30:00.000Z'],
    ['2026-05-01 14:30:00 -0800', '2026-05-01T22:30:00.000Z'],
  ])('%s is %s', (text, iso) => {
    const instant = parseQueryInstant(text);
    expect(instant?.hasOffset).toBe(true);
    expect(new Date(instant?.atMs ?? Number.NaN).toISOString()).toBe(iso);
  });

  test.each([
    ['2026-05-01T14:30:00 02:00', '2026-05-01T14:30:00+02:00'],
    ['2026-05-01T14:30 0200', '2026-05-01T14:30+02:00'],
    ['2026-05-01T14:30:00.5 02', '2026-05-01T14:30:00.5+02:00'],
    ['2026-05-01 14:30:00  0200', '2026-05-01 14:30:00 +0200'],
  ])('%s, of which the URL ate the plus, is %s', (eaten, whole) => {
    expect(parseQueryInstant(eaten)).toEqual(parseQueryInstant(whole));
    expect(parseQueryInstant(eaten)?.offsetMinutes).toBe(120);
  });

  test.each(['2026-05-01', '2026-05-01T14:30'])('%s has no offset of its own', (text) => {
    expect(parseQueryInstant(text)?.hasOffset).toBe(false);
  });

  test.each([
    '',
    'now',
    '1714573800',
    '1714573800000',
    '2026-02-30',
    '2026-13-01',
    '10000-01-01',
    '+010000-01-01T00:00:00Z',
    '0000-01-01',
    '2026-05-01T24:00:00Z',
    '2026-05-01T14:30:00+99:00',
    '9999-12-31T23:59:59-02:00',
    '2026-05-01\0',
    `2026-05-01T14:30:00${' '.repeat(100)}Z`,
  ])('%j is none', (text) => {
    expect(parseQueryInstant(text)).toBeUndefined();
  });
});
