import { expect, test } from 'vitest';
import { readPresentedKey } from '../../../src/identity/read-presented-key';

test.each([
  ['nothing', {}, null],
  ['Authorization', { authorization: 'Bearer a' }, 'a'],
  ['Authorization, written otherwise', { authorization: 'bearer   a' }, 'a'],
  ['X-API-Key', { 'x-api-key': 'b' }, 'b'],
  ['api-key', { 'api-key': 'c' }, 'c'],
  ['all three: the first counts', { authorization: 'Bearer a', 'x-api-key': 'b', 'api-key': 'c' }, 'a'],
  ['the last two: X-API-Key counts', { 'x-api-key': 'b', 'api-key': 'c' }, 'b'],
  ['another scheme beside a key', { authorization: 'Basic bWU6bWU=', 'api-key': 'c' }, 'c'],
  ['an empty header beside a key', { 'x-api-key': '', 'api-key': 'c' }, 'c'],
  ['Bearer without a token', { authorization: 'Bearer ' }, null],
  ['a key without its scheme', { authorization: 'a' }, null],
  ['two words after Bearer', { authorization: 'Bearer a b' }, null],
])('%s', (_name, headers, expected) => {
  expect(readPresentedKey(headers)).toBe(expected);
});
