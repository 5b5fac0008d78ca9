import { expect, test } from 'vitest';
import { meanInterval95 } from '../../bench/mean-interval';

test('the interval of a mean is that of Student’s t', () => {
  // Mean 3, standard deviation √2.5, and 2.7764 for four degrees of freedom by the tables.
  const { mean, lower, upper } = meanInterval95([1, 2, 3, 4, 5]);
  expect(mean).toBe(3);
  expect(upper).toBeCloseTo(3 + 2.7764 * Math.sqrt(2.5 / 5), 1);
  expect(lower).toBeCloseTo(3 - 2.7764 * Math.sqrt(2.5 / 5), 1);
});

test('for two dozen values it is within a thousandth of the tables', () => {
  const values = Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? 1 : -1));
  // Standard deviation √(24/23), and 2.0687 for 23 degrees of freedom.
  expect(meanInterval95(values).upper).toBeCloseTo(2.0687 * Math.sqrt(24 / 23 / 24), 3);
});
