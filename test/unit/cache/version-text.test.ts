import { expect, test } from 'vitest';
import { readVersionText, toVersionText, trustMs } from '../../../src/cache/version-text';

const nowMs = 1_800_000_000_000;

test('a version comes back while it is trusted, and not after', () => {
  const text = toVersionText({ data: '12', history: '3' }, nowMs + trustMs);
  expect(readVersionText(text, nowMs)).toEqual({ data: '12', history: '3' });
  expect(readVersionText(text, nowMs + trustMs - 1)).toEqual({ data: '12', history: '3' });
  expect(readVersionText(text, nowMs + trustMs)).toBeNull();
});

test.each([
  null,
  undefined,
  '',
  'garbage',
  '1.2',
  '1.2.3.4',
  '-1.2.9',
  '1.2.x',
  '1e3.2.1800000001000',
  '1.2.999999999999999',
])('what Redis says is not believed when it is %s', (text) => {
  expect(readVersionText(text, nowMs)).toBeNull();
});
