import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenQuery, openQuery } from './open-query';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
});

afterAll(() => query?.close());

const thing = '0190a5b2-0000-7000-8000-000000000001';

const lists = [
  '/v1/metrics',
  '/v1/metrics/heart_rate',
  '/v1/metrics/blood_pressure',
  '/v1/metrics/step_count',
  '/v1/sleep',
  '/v1/sleep/segments',
  '/v1/workouts',
  '/v1/events',
  '/v1/ecg',
  '/v1/ingestions',
];
const things = [`/v1/workouts/${thing}`, `/v1/ecg/${thing}`, `/v1/ingestions/${thing}`, `/v1/ingestions/${thing}/raw`];

const forged = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');

describe.each(lists.slice(1))('%s', (path) => {
  test.each([
    ['limit=0', 'limit_invalid'],
    ['limit=1&limit=2', 'limit_invalid'],
    ['limit=99999999999999999999999', 'limit_invalid'],
    ['limit[]=1', 'query_invalid'],
    ['limit=%00', 'limit_invalid'],
    ['from=2026-02-30', 'query_invalid'],
    ['from=10000-01-01', 'query_invalid'],
    ['to=%2B010000-01-01T00:00:00Z', 'query_invalid'],
    ['from=%00', 'query_invalid'],
    ['from=2026-01-02&to=2026-01-01', 'range_invalid'],
    ['cursor=x', 'cursor_invalid'],
    ['cursor=%00', 'cursor_invalid'],
    [`cursor=${forged([1, 'x', '0'])}`, 'cursor_invalid'],
    [`cursor=${forged({ __proto__: null })}`, 'cursor_invalid'],
    ['__proto__=1', 'query_invalid'],
    ['order=asc;DROP', 'query_invalid'],
  ])('?%s is a problem', async (parameters, code) => {
    const { status, headers, body } = await query.get(`${path}?${parameters}`);
    expect({ status, code: body.code }).toEqual({ status: 400, code });
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(headers.get('cache-control')).toMatch(/no-store/);
  });

  test.each([
    'from=0001-01-01&to=9999-12-31',
    'from=0001-01-01T00:00:00%2B15:59',
    'to=9999-12-31T23:59:59-00:00',
    'limit=1',
    '',
  ])('?%s is an answer', async (parameters) => {
    const answer = await query.get(`${path}?${parameters}`);
    // The first one begins before the year 1.
    expect(answer.status).toBe(parameters.includes('15:59') ? 400 : 200);
  });
});

test('a list of metrics has no parameters', async () => {
  expect((await query.get('/v1/metrics?from=2026-01-01')).body.code).toBe('query_invalid');
});

test.each(things)('%s is not found', async (path) => {
  expect(await query.get(path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
});

test.each([
  '%00',
  'heart_rate%00',
  '__proto__',
  'constructor',
  'toString',
  "'%20OR%201=1",
  '%F0%9F%92%94',
  '%E2%80%AE',
  'x'.repeat(400),
  '..%2F..%2Fetc',
])('/v1/metrics/%s is unknown', async (name) => {
  expect(await query.get(`/v1/metrics/${name}`)).toMatchObject({ status: 404, body: { code: 'metric_unknown' } });
});

test('no query string is a fault of ours', async () => {
  const word = fc.oneof(
    fc.constantFrom('from', 'to', 'limit', 'cursor', 'source', 'unit', 'order', 'kind', 'status', '__proto__', ''),
    fc.string(),
  );
  const value = fc.oneof(
    fc.constantFrom('2026-01-01', '9999-12-31', '0001-01-01', '1', '-1', '1e400', 'asc', 'NaN', '%00', '%ED%A0%80'),
    fc.string({ unit: 'binary' }).map((text) => encodeURIComponent(text.toWellFormed())),
    fc.string(),
  );
  const parameters = fc.array(
    fc.tuple(word, value).map(([name, text]) => `${name}=${text}`),
    { maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...lists, ...things), parameters, async (path, each) => {
      const text = each.join('&').replace(/[#\s]/g, '');
      const { status } = await query.get(`${path}?${text}`);
      expect([200, 400, 404]).toContain(status);
    }),
    { seed: 2, numRuns: 300 },
  );
});
