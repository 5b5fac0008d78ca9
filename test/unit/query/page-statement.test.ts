import { describe, expect, test } from 'vitest';
import { type PagedTable, type PageRequest, pageStatement } from '../../../src/query/paging/read-page';

const table: PagedTable<{ value: number }, unknown> = {
  table: 'quantity_metrics',
  key: [
    { name: 'recorded_at', type: 'instant' },
    { name: 'source', type: 'text' },
  ],
  columns: ['value'],
  toItem: (row) => row,
};

const request: PageRequest = {
  userId: '0190a5b2-0000-7000-8000-000000000000',
  range: { fromUs: 1_000_000n, toUs: 9_000_000n },
  filters: { metric_id: 7, source: undefined },
  order: 'asc',
  limit: 10,
};

const flat = (sql: string) => sql.replace(/\s+/g, ' ').trim();

describe('the statement of a page', () => {
  test('names the user, both ends of the range, what filters, and one row more than the page has', () => {
    const { sql, values } = pageStatement(table, request, null);
    expect(flat(sql)).toBe(
      'SELECT (extract(epoch FROM recorded_at) * 1000000)::int8 AS recorded_us, source, value FROM quantity_metrics' +
        ' WHERE user_id = $1::uuid AND recorded_at >= $2::timestamptz AND recorded_at < $3::timestamptz' +
        ' AND metric_id = $4::int2 ORDER BY recorded_at asc, source asc LIMIT $5::int4',
    );
    expect(values.slice(1)).toEqual(['1970-01-01T00:00:01.000000Z', '1970-01-01T00:00:09.000000Z', 7, 11]);
  });

  test('has both ends even when none was asked for', () => {
    const everything = { ...request, range: { fromUs: null, toUs: null } };
    expect(pageStatement(table, everything, null).values.slice(1, 3)).toEqual(['-infinity', 'infinity']);
  });

  test('starts its range at the row before, so that no partition before it is opened', () => {
    const { sql, values } = pageStatement(table, request, ['5000001', 'iPhone']);
    expect(flat(sql)).toContain('(recorded_at, source) > ($5::timestamptz, $6::text)');
    expect(values.slice(1, 3)).toEqual(['1970-01-01T00:00:05.000001Z', '1970-01-01T00:00:09.000000Z']);
    expect(values.slice(4, 6)).toEqual(['1970-01-01T00:00:05.000001Z', 'iPhone']);
  });

  test('ends its range at the row before when it goes back in time', () => {
    const { sql, values } = pageStatement(table, { ...request, order: 'desc' }, ['5000001', 'iPhone']);
    expect(flat(sql)).toContain('(recorded_at, source) < (');
    expect(flat(sql)).toContain('ORDER BY recorded_at desc, source desc');
    expect(values.slice(1, 3)).toEqual(['1970-01-01T00:00:01.000000Z', '1970-01-01T00:00:05.000002Z']);
  });

  test('never leaves the range that was asked for, whatever the cursor says', () => {
    expect(pageStatement(table, request, ['1', 'iPhone']).values[1]).toBe('1970-01-01T00:00:01.000000Z');
    const back = pageStatement(table, { ...request, order: 'desc' }, ['99000000', 'iPhone']);
    expect(back.values[2]).toBe('1970-01-01T00:00:09.000000Z');
  });
});
