import { describe, expect, test } from 'vitest';
import { ColumnBatch } from '../../../src/batch/column-batch';
import { bloodPressureFamily, families, workoutFamily } from '../../../src/catalogue/families';

describe('ColumnBatch', () => {
  test.each([2, 100, 1500, 5000])(
    'with room for %i rows it keeps rows in the order added while it grows, and what is not given is NULL',
    (capacity) => {
      const batch = new ColumnBatch(bloodPressureFamily, capacity);
      const rows = Array.from({ length: 3000 }, (_, i) => i);
      for (const i of rows) batch.append({ recorded_at: i, source: `s${i}`, systolic: i % 3 === 0 ? null : i });
      expect(batch).toHaveLength(3000);
      expect([...batch.numbers('recorded_at').values.subarray(0, 3000)]).toEqual(rows);
      expect(batch.objects('source').values[2999]).toBe('s2999');
      expect([...batch.numbers('systolic').values.subarray(0, 3000)]).toEqual(
        rows.map((i) => (i % 3 === 0 ? Number.NaN : i)),
      );
      expect(batch.numbers('diastolic').values.subarray(0, 3000).every(Number.isNaN)).toBe(true);
    },
  );

  test('a selection can be added to', () => {
    const batch = new ColumnBatch(bloodPressureFamily);
    for (const systolic of [1, 2, 3]) batch.append({ systolic });
    for (const rows of [[], [2, 0]]) {
      const chosen = batch.select(Uint32Array.from(rows));
      chosen.append({ diastolic: 80 });
      const values = (name: string) => [...chosen.numbers(name).values.subarray(0, rows.length + 1)];
      expect(values('systolic')).toEqual([...rows.map((row) => row + 1), Number.NaN]);
      expect(values('diastolic')).toEqual([...rows.map(() => Number.NaN), 80]);
    }
  });

  test('a row added empty can be filled by the caller', () => {
    const batch = new ColumnBatch(workoutFamily, 1);
    batch.append({ name: 'first', is_indoor: true });
    const row = batch.addRow();
    expect(batch.objects('name').values[row]).toBeNull();
    batch.numbers('duration_s').values[row] = 7;
    expect([...batch.numbers('duration_s').values.subarray(0, 2)]).toEqual([Number.NaN, 7]);
    expect([...batch.numbers('is_indoor').values.subarray(0, 2)]).toEqual([1, Number.NaN]);
  });

  test('has the columns of its family, in its order, and no others', () => {
    for (const family of families) {
      const batch = new ColumnBatch(family);
      expect(batch.columns.map(({ type }) => type)).toEqual(family.columns.map(({ type }) => type));
      expect(() => batch.append({ no_such_column: 1 })).toThrow('has no column no_such_column');
    }
    const batch = new ColumnBatch(workoutFamily);
    expect(() => batch.numbers('name')).toThrow('not numeric');
    expect(() => batch.objects('duration_s')).toThrow('is numeric');
  });

  test('with another column is another batch of the same rows', () => {
    const batch = new ColumnBatch(workoutFamily);
    batch.append({ id: 'a', name: 'Run' });
    const other = batch.withColumn('id', ['b']);
    expect(other).toHaveLength(1);
    expect([other.objects('id').values[0], other.objects('name').values[0]]).toEqual(['b', 'Run']);
    expect(batch.objects('id').values[0]).toBe('a');
    expect(other.columns.map(({ type }) => type)).toEqual(batch.columns.map(({ type }) => type));
  });
});

test('every family is keyed and counted by columns that it has', () => {
  for (const { columns, key, accountBy } of families) {
    const names = columns.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining([...key]));
    if (accountBy !== undefined) expect(names).toContain(accountBy);
  }
});
