import { expect, test } from 'vitest';
import { parseExpiry } from '../../../src/cli/parse-expiry';
import { parseScopes } from '../../../src/cli/parse-scopes';

const nowMs = Date.parse('2026-03-01T10:00:00Z');

test.each([
  ['1d', '2026-03-02T10:00:00.000Z'],
  ['90d', '2026-05-30T10:00:00.000Z'],
  ['2026-03-02', '2026-03-02T00:00:00.000Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ['2026-03-01T10:01Z', '2026-03-01T10:01:00.000Z'],
  ['2026-03-01T12:00:01+02:00', '2026-03-01T10:00:01.000Z'],
])('a key may end %s', (text, expected) => {
  expect(parseExpiry(text, nowMs)?.toISOString()).toBe(expected);
});

test.each([
  ['nothing', ''],
  ['now', '0d'],
  ['the past', '2026-03-01'],
  ['the very moment', '2026-03-01T10:00:00Z'],
  ['a day that no calendar has', '2027-02-29'],
  ['a month that no calendar has', '2027-13-01'],
  ['an hour that no clock has', '2027-01-01T25:00:00Z'],
  ['a time without an offset', '2027-01-01T10:00:00'],
  ['another unit', '3w'],
  ['minus', '-1d'],
  ['a fraction', '1.5d'],
  ['beyond all time', '999999d'],
  ['words', 'tomorrow'],
])('a key does not end at %s: %j', (_name, text) => {
  expect(parseExpiry(text, nowMs)).toBeNull();
});

test('scopes are read in any order, each once', () => {
  expect(parseScopes('export, read,read')).toEqual(['read', 'export']);
});

test.each(['', 'read,', 'Read', 'read export', 'write'])('scopes are not %j', (text) => {
  expect(parseScopes(text)).toBeNull();
});
