import { expect, test } from 'vitest';
import { formatTable } from '../../../src/cli/format-table';

test('columns are lined up, instants are in UTC and what is not there is a dash', () => {
  const rows = [
    ['anna', new Date('2026-03-01T10:11:12Z'), ['read', 'export']],
    ['bo', null, []],
  ];
  expect(formatTable(['NAME', 'SINCE', 'SCOPES'], rows).split('\n')).toEqual([
    'NAME  SINCE              SCOPES',
    'anna  2026-03-01 10:11Z  read,export',
    'bo    -',
  ]);
});

test('without rows there is the head', () => {
  expect(formatTable(['NAME', 'ID'], [])).toBe('NAME  ID');
});
