import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertRows } from './insert-row';
import { markAll } from './mark-all';
import { type OpenQuery, openQuery } from './open-query';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
  const rows = Array.from({ length: 60 }, (_, i) => ({
    metric_id: 1,
    source: 'Watch',
    granularity: 0,
    value: i,
    recorded_at: new Date(Date.UTC(2026, 4, 1) + i * 86_400_000),
  }));
  await insertRows(query, 'quantity_metrics', query.me, ...rows);
  await markAll(query, query.me);
});

afterAll(() => query?.close());

const raiseSql =
  'UPDATE users SET data_version = data_version + 1, history_version = history_version + 1 WHERE id = $1';
const raise = () => query.sql(raiseSql, [query.me.userId]);

test.each([
  '/v1/metrics/step_count?bucket=day',
  '/v1/metrics/step_count',
  '/v1/metrics',
  '/v1/series?metrics=step_count',
  '/v1/summary?date=2026-05-01',
  '/v1/recent',
])('%s is answered 304 until the data changes', async (path) => {
  const first = await query.get(path);
  const etag = first.headers.get('etag') as string;
  expect(first.headers.get('cache-control')).toBe('private, no-cache');
  const before = query.statements.length;
  const again = await query.get(path, query.me, { 'if-none-match': `"other", ${etag}` });
  expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, null, etag]);
  expect(query.statements.slice(before).filter(({ sql }) => !sql.includes('api_keys'))).toHaveLength(1);
  // Another question, another person and newer data have other tags.
  expect((await query.get('/v1/series?metrics=heart_rate', query.me, { 'if-none-match': etag })).status).toBe(200);
  expect((await query.get(path, query.other, { 'if-none-match': etag })).status).not.toBe(304);
  await raise();
  expect((await query.get(path, query.me, { 'if-none-match': etag })).status).toBe(200);
});

test.each(['br', 'gzip'])('large answers are sent as %s, small ones as they are', async (encoding) => {
  const headers = { 'accept-encoding': encoding };
  const large = await query.get('/v1/metrics/step_count?bucket=day', query.me, headers);
  expect(large.headers.get('content-encoding')).toBe(encoding);
  expect(large.headers.get('vary')?.toLowerCase()).toContain('accept-encoding');
  expect(large.body.buckets).toHaveLength(60);
  const small = await query.get('/v1/metrics/step_count?bucket=month', query.me, headers);
  expect(small.headers.get('content-encoding')).toBeNull();
});
