import { expect, test } from 'vitest';
import { acceptsEncoding } from '../../../src/query/request/accepts-encoding';

test.each([
  [undefined, 'gzip', false],
  ['', 'gzip', false],
  ['gzip', 'gzip', true],
  ['deflate, GZIP;q=0.5', 'gzip', true],
  ['gzip;q=0', 'gzip', false],
  ['gzip; q=0.0, *', 'gzip', false],
  ['*', 'gzip', true],
  ['*;q=0', 'gzip', false],
  ['br', 'gzip', false],
  ['br;q=x', 'br', false],
  ['gzip', 'identity', true],
])('%j lets %s: %s', (header, encoding, allowed) => {
  expect(acceptsEncoding(header, encoding)).toBe(allowed);
});
