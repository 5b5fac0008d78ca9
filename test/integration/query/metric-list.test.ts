import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertRows } from './insert-row';
import { type OpenQuery, openQuery } from './open-query';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
});

afterAll(() => query?.close());

const at = (recorded_at: string) => ({ recorded_at, source: 'Watch', granularity: 0 });

/** As an ingestion does it. */
const bumpVersion = () =>
  query.sql('UPDATE users SET data_version = data_version + 1 WHERE id = $1', [query.me.userId]);

test('nothing is an empty list', async () => {
  expect((await query.get('/v1/metrics')).body).toEqual({ metrics: [] });
});

test('what there is comes by name, with unit, kind, count, first and last', async () => {
  await query.sql("INSERT INTO user_metrics VALUES ($1, 10000, 'karma', 'point')", [query.me.userId]);
  await insertRows(
    query,
    'heart_rate_metrics',
    query.me,
    { ...at('2012-01-01T00:00:00Z'), value: 60 },
    { ...at('2026-05-01T00:00:00.5Z'), value: 60 },
  );
  const pressures = { systolic: 120, diastolic: 80 };
  await insertRows(query, 'blood_pressure_metrics', query.me, { ...at('2026-05-01T00:00:00Z'), ...pressures });
  await insertRows(
    query,
    'quantity_metrics',
    query.me,
    { ...at('2026-05-01T00:00:00Z'), metric_id: 1, value: 100 },
    { ...at('2026-06-01T00:00:00Z'), metric_id: 1, value: 100 },
    { ...at('2026-06-01T00:00:00Z'), metric_id: 10_000, value: 1 },
    { ...at('2026-07-01T00:00:00Z'), metric_id: 601, value: 7.5 },
  );
  const night = { started_at: '2026-05-01T22:00:00Z', ended_at: '2026-05-02T06:00:00Z', wake_date: '2026-05-02' };
  await insertRows(query, 'sleep_metrics', query.me, { id: '0190a5b2-0000-7000-8000-000000000001', ...night });
  const segment = { recorded_at: '2026-04-30T22:00:00Z', ended_at: '2026-04-30T22:30:00Z', stage: 'core' };
  await insertRows(query, 'sleep_segments', query.me, segment);
  await insertRows(query, 'heart_rate_metrics', query.other, { ...at('2026-09-01T00:00:00Z'), value: 60 });
  await bumpVersion();

  const once = { count: 1, firstAt: '2026-05-01T00:00:00.000Z', lastAt: '2026-05-01T00:00:00.000Z' };
  expect((await query.get('/v1/metrics')).body.metrics).toEqual([
    { name: 'blood_pressure', unit: 'mmHg', kind: 'average', ...once },
    {
      name: 'heart_rate',
      unit: 'count/min',
      kind: 'average',
      count: 2,
      firstAt: '2012-01-01T00:00:00.000Z',
      lastAt: '2026-05-01T00:00:00.500Z',
    },
    {
      name: 'karma',
      unit: 'point',
      count: 1,
      firstAt: '2026-06-01T00:00:00.000Z',
      lastAt: '2026-06-01T00:00:00.000Z',
    },
    {
      name: 'sleep_analysis',
      unit: 'hr',
      kind: 'sum',
      count: 3,
      firstAt: '2026-04-30T22:00:00.000Z',
      lastAt: '2026-07-01T00:00:00.000Z',
      seeAlso: ['/v1/sleep/days', '/v1/sleep', '/v1/sleep/segments'],
    },
    {
      name: 'step_count',
      unit: 'count',
      kind: 'sum',
      count: 2,
      firstAt: '2026-05-01T00:00:00.000Z',
      lastAt: '2026-06-01T00:00:00.000Z',
    },
  ]);
});

test('who asks for sleep as a metric is told where nights and stages are read, and nobody else is', async () => {
  const seeAlso = ['/v1/sleep/days', '/v1/sleep', '/v1/sleep/segments'];
  const at601 = '/v1/metrics/sleep_analysis';
  expect((await query.get(at601)).body).toMatchObject({ samples: [{ value: 7.5 }], seeAlso });
  expect((await query.get(`${at601}?to=2020-01-01`)).body).toMatchObject({ samples: [], seeAlso });
  expect((await query.get(`${at601}?bucket=month`)).body).toMatchObject({ bucket: 'month', seeAlso });
  const { body } = await query.get('/v1/series?metrics=sleep_analysis,step_count&to=2020-01-01');
  expect(body.series).toMatchObject([{ metric: 'sleep_analysis', seeAlso }, { metric: 'step_count' }]);
  const others = [body.series[1], (await query.get('/v1/metrics/step_count')).body];
  for (const other of others) expect(other).not.toHaveProperty('seeAlso');
});

test('it is counted again when there is something new, and only then', async () => {
  const steps = async () =>
    (await query.get('/v1/metrics')).body.metrics.find(({ name }: { name: string }) => name === 'step_count').count;
  const counts = () => query.statements.filter(({ sql }) => sql.includes('count(*)')).length;
  await steps();
  const before = counts();
  expect(await steps()).toBe(2);
  expect(counts()).toBe(before);
  await insertRows(query, 'quantity_metrics', query.me, { ...at('2026-06-02T00:00:00Z'), metric_id: 1, value: 1 });
  await bumpVersion();
  expect(await steps()).toBe(3);
  expect(counts()).toBe(before + 1);
});

test('nobody sees what another has', async () => {
  const { body } = await query.get('/v1/metrics', query.other);
  expect(body.metrics).toMatchObject([{ name: 'heart_rate', count: 1, firstAt: '2026-09-01T00:00:00.000Z' }]);
});
