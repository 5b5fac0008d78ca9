import querystring from 'node:querystring';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Problem } from '../../../src/common/problem';
import {
  choiceParameter,
  granularityParameter,
  rangeParameters,
  samplePageParameters,
  sourceParameter,
  unitParameter,
} from '../../../src/query/request/query-fields';
import { ZodQueryPipe } from '../../../src/query/request/zod-query.pipe';

const pipe = new ZodQueryPipe(
  z.object({
    ...rangeParameters,
    source: sourceParameter.optional(),
    unit: unitParameter.optional(),
    granularity: granularityParameter.optional(),
    kind: choiceParameter(['symptom', 'medication']).optional(),
    ...samplePageParameters,
  }),
);

/** As the server reads a query string. */
const read = (text: string) => pipe.transform(querystring.parse(text));

function problemOf(text: string): Problem | undefined {
  try {
    read(text);
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

describe('a query', () => {
  test('has defaults', () => {
    expect(read('')).toEqual({ limit: 1000, order: 'asc' });
  });

  test('is read into what it means', () => {
    const query = read('limit=10000&order=desc&granularity=day&kind=symptom&source=Simon%E2%80%99s%C2%A0Watch&unit=kg');
    expect(query).toEqual({
      limit: 10_000,
      order: 'desc',
      granularity: 3,
      kind: 'symptom',
      source: "Simon's Watch",
      unit: 'kg',
    });
  });

  test('may ask for samples without a source', () => {
    expect(read('source=')).toMatchObject({ source: '' });
  });

  test('may write a plus as it is', () => {
    expect(read('from=2026-05-01T00:00:00+02:00')).toEqual(read('from=2026-05-01T00:00:00%2B02:00'));
  });

  test.each([
    ['limit=0', 'limit_invalid', 'limit must be a whole number from 1 to 10000.'],
    ['limit=10001', 'limit_invalid', /10000/],
    ['limit=-1', 'limit_invalid', /10000/],
    ['limit=1.5', 'limit_invalid', /10000/],
    ['limit=1e3', 'limit_invalid', /10000/],
    ['limit=', 'limit_invalid', /10000/],
    ['limit=99999999999999999999', 'limit_invalid', /10000/],
    ['limit=1&limit=2', 'limit_invalid', /10000/],
    ['cursor=', 'cursor_invalid', /nextCursor/],
    ['cursor=%00', 'cursor_invalid', /nextCursor/],
    [`cursor=${'a'.repeat(12_289)}`, 'cursor_invalid', /nextCursor/],
    ['cursor=a&cursor=b', 'cursor_invalid', /nextCursor/],
    ['from=yesterday', 'query_invalid', /^from must be a date or time of ISO 8601/],
    ['to=10000-01-01', 'query_invalid', /^to must be/],
    ['from=', 'query_invalid', /^from must be/],
    ['from=2026-01-01&from=2026-01-02', 'query_invalid', /^from must be/],
    ['source=%00', 'query_invalid', /^source must be/],
    [`source=${'x'.repeat(2000)}`, 'query_invalid', /^source must be/],
    [`unit=${'x'.repeat(201)}`, 'query_invalid', /^unit must be/],
    ['order=up', 'query_invalid', 'order must be one of asc, desc.'],
    ['granularity=raw2', 'query_invalid', /raw, minute, hour, day, week, month, year/],
    ['granularity=toString', 'query_invalid', /^granularity must be/],
    ['kind=__proto__', 'query_invalid', /symptom, medication/],
    ['form=2026-01-01', 'query_invalid', /^There is no parameter "form" here; there is: from, to, source/],
    ['__proto__=1', 'query_invalid', /__proto__/],
    ['constructor=1', 'query_invalid', /constructor/],
    ['from[gte]=1', 'query_invalid', /from\[gte\]/],
    [`${'x'.repeat(1000)}=1`, 'query_invalid', /^.{1,200}$/],
  ])('%s is a problem', (text, code, detail) => {
    const problem = problemOf(text);
    expect(problem).toMatchObject({ status: 400, code });
    expect(problem?.detail).toMatch(detail);
  });
});
