import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ShapeFinder } from '../../../src/ingest/normalise/metric-shapes';

const keys = [
  'date',
  'qty',
  'source',
  'Min',
  'Avg',
  'Max',
  'systolic',
  'diastolic',
  'startDate',
  'endDate',
  'value',
  'deep',
];
const sample = fc
  .shuffledSubarray(keys)
  .map((present) => Object.fromEntries(present.map((key, i) => [key, i % 3 === 0 ? null : i])));

it('finds for each sample what it would find without the ones before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(sample, fc.integer({ min: 1, max: 3 })), { maxLength: 12 }), (runs) => {
      const finder = new ShapeFinder();
      for (const [one, times] of runs) {
        for (let i = 0; i < times; i++) expect(finder.find({ ...one })).toBe(new ShapeFinder().find(one));
      }
    }),
    { numRuns: 300 },
  );
});

it('tells apart samples that have the same number of keys', () => {
  const finder = new ShapeFinder();
  const quantity = finder.find({ date: 'a', qty: 1 });
  expect(quantity).toBeDefined();
  expect(finder.find({ date: 'a', systolic: 1 })).not.toBe(quantity);
  expect(finder.find({ date: 'a', other: 1 })).toBeUndefined();
});
