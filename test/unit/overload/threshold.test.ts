import { expect, test } from 'vitest';
import { Threshold } from '../../../src/overload/threshold';

/** What it says after each of the values. */
function says(values: readonly number[]): boolean[] {
  const threshold = new Threshold(100);
  return values.map((value) => {
    threshold.note(value);
    return threshold.isExceeded;
  });
}

test('one value beyond it is an accident, two in a row are not', () => {
  expect(says([101, 100, 101, 101])).toEqual([false, false, false, true]);
});

test('it ends below the half, also twice in a row', () => {
  expect(says([200, 200, 99, 51, 49, 51, 49, 49])).toEqual([false, true, true, true, true, true, true, false]);
});
