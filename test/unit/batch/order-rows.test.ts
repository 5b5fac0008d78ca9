import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ColumnBatch } from '../../../src/batch/column-batch';
import { orderRows, sameRow } from '../../../src/batch/order-rows';
import { sleepSegmentFamily, workoutFamily } from '../../../src/catalogue/families';

const segment = fc.record({
  recorded_at: fc.constantFrom(-1, 0, 1, 1e12),
  source: fc.constantFrom('', 'A', 'Z', 'a', 'é', '😀', '\uffff'),
  stage: fc.constantFrom('core', 'deep'),
  ended_at: fc.constantFrom(5, 6),
  flags: fc.constantFrom(0, 1),
});

describe('orderRows', () => {
  test('gives each key once, sorted, and every row of those that occur again, in the order sent', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 60 }), (samples) => {
        const batch = new ColumnBatch(sleepSegmentFamily, 4);
        for (const sample of samples) batch.append(sample);
        const { first, repeated } = orderRows(batch);

        const keyOf = (row: number) => sleepSegmentFamily.key.map((name) => batch.column(name).values[row]);
        const rowsByKey = new Map<string, number[]>();
        for (const row of samples.keys()) {
          const key = JSON.stringify(keyOf(row));
          rowsByKey.set(key, [...(rowsByKey.get(key) ?? []), row]);
        }
        const isAfter = (a: readonly unknown[], b: readonly unknown[]) => {
          const i = a.findIndex((cell, k) => cell !== b[k]);
          return i >= 0 && (a[i] as string) > (b[i] as string);
        };
        for (let i = 1; i < first.length; i++) {
          expect(isAfter(keyOf(first[i] as number), keyOf(first[i - 1] as number))).toBe(true);
        }
        expect(new Set([...first])).toEqual(new Set([...rowsByKey.values()].map(([row]) => row)));
        const again = [...rowsByKey.values()].filter((rows) => rows.length > 1);
        expect(new Set(repeated.map((rows) => rows.join()))).toEqual(new Set(again.map((rows) => rows.join())));
        const heads = repeated.map(([row]) => row as number);
        expect(heads).toEqual([...first].filter((row) => heads.includes(row)));
      }),
      { seed: 31, numRuns: 300 },
    );
  });

  test('of nothing is nothing', () => {
    expect(orderRows(new ColumnBatch(sleepSegmentFamily))).toEqual({ first: new Uint32Array(0), repeated: [] });
  });
});

describe('sameRow', () => {
  const workout = { id: 'a', name: 'Run', duration_s: 1, is_indoor: true, details: '{}', route: Buffer.of(1, 2) };

  test.each([
    [{}, true],
    [{ route: Buffer.of(1, 2) }, true],
    [{ duration_s: null }, false],
    [{ route: Buffer.of(1, 3) }, false],
    [{ route: null }, false],
    [{ is_indoor: false }, false],
    [{ is_indoor: null }, false],
    [{ name: 'run' }, false],
  ])('compares cells by what they hold: %j', (changed, expected) => {
    const batch = new ColumnBatch(workoutFamily);
    batch.append(workout);
    batch.append({ ...workout, ...changed });
    expect(sameRow(batch, 0, 1)).toBe(expected);
  });

  test('takes two NULLs for the same, and both zeros', () => {
    const batch = new ColumnBatch(workoutFamily);
    batch.append({ id: 'a', duration_s: 0 });
    batch.append({ id: 'a', duration_s: -0 });
    expect(sameRow(batch, 0, 1)).toBe(true);
  });
});
