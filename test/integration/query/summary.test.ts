import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertRows } from './insert-row';
import { markAll } from './mark-all';
import { type OpenQuery, openQuery } from './open-query';
import { thingId } from './read-ids';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
  const quantity = (metric_id: number, recorded_at: string, value: number, source = 'Watch') => ({
    metric_id,
    recorded_at,
    value,
    source,
    granularity: 0,
  });
  await insertRows(
    query,
    'quantity_metrics',
    query.me,
    quantity(1, '2026-05-01T08:00:00+02:00', 100),
    quantity(1, '2026-05-01T09:00:00+02:00', 200),
    quantity(1, '2026-05-01T09:00:00+02:00', 250, 'iPhone'),
    quantity(1, '2026-05-02T00:30:00+02:00', 7),
    quantity(301, '2026-05-01T07:00:00+02:00', 80),
    quantity(301, '2026-05-01T21:00:00+02:00', 81),
  );
  const heart = { source: 'Watch', granularity: 0 };
  await insertRows(
    query,
    'heart_rate_metrics',
    query.me,
    { ...heart, recorded_at: '2026-05-01T10:00:00+02:00', value: 60, min: 55, max: 70 },
    { ...heart, recorded_at: '2026-05-01T11:00:00+02:00', value: 80, min: 75, max: 90 },
  );
  await insertRows(query, 'blood_pressure_metrics', query.me, {
    ...heart,
    recorded_at: '2026-05-01T12:00:00+02:00',
    systolic: 120,
    diastolic: 80,
  });
  await insertRows(
    query,
    'sleep_segments',
    query.me,
    ...[
      ['core', '2026-05-01T22:00:00Z', '2026-05-02T02:00:00Z'],
      ['rem', '2026-05-02T02:00:00Z', '2026-05-02T05:00:00Z'],
    ].map(([stage, recorded_at, ended_at]) => ({ source: 'Watch', stage, recorded_at, ended_at })),
  );
  await insertRows(query, 'workouts', query.me, {
    id: thingId(1),
    name: 'Run',
    started_at: '2026-05-01T17:00:00+02:00',
    ended_at: '2026-05-01T18:00:00+02:00',
    duration_s: 3600,
  });
  await insertRows(query, 'health_events', query.me, {
    id: thingId(2),
    kind: 'symptom',
    name: 'Headache',
    started_at: '2026-05-01T17:00:00+02:00',
  });
  await markAll(query, query.me);
});

afterAll(() => query?.close());

describe.each([
  ['marked', 0],
  ['computed', 1000],
])('with days that are %s', (_state, days) => {
  beforeAll(async () => {
    if (days > 0) await query.recompute(query.me, days);
  });

  test('a day is one object, with units', async () => {
    const { body } = await query.get('/v1/summary?date=2026-05-01');
    expect(body).toMatchObject({
      date: '2026-05-01',
      activity: { step_count: { value: 300, unit: 'count', agg: 'sum', samples: 2, source: 'Watch' } },
      heart: {
        heart_rate: { value: 70, min: 55, max: 90, unit: 'count/min', agg: 'avg' },
        blood_pressure: { value: 120, systolic: 120, diastolic: 80 },
      },
      body: { weight_body_mass: { value: 81, unit: 'kg', agg: 'latest' } },
      sleep: null,
      workouts: [{ name: 'Run', durationS: 3600 }],
    });
    expect(Object.keys(body.activity)).toEqual(['step_count']);
  });

  test('days of a range come one by one, with the sleep from which a person woke up on them', async () => {
    const { body } = await query.get('/v1/summary?from=2026-05-01&to=2026-05-04');
    expect(body.days.map(({ date }: { date: string }) => date)).toEqual(['2026-05-01', '2026-05-02', '2026-05-03']);
    expect(body.days[1]).toMatchObject({
      activity: { step_count: { value: 7 } },
      sleep: { night: { totalHours: 7, coreHours: 4, remHours: 3, basis: 'stages', source: 'Watch' }, naps: [] },
      workouts: [],
    });
  });

  test('the newest of everything', async () => {
    const { body } = await query.get('/v1/recent');
    expect(body).toMatchObject({
      metrics: [
        { metric: 'blood_pressure', unit: 'mmHg', value: 120, diastolic: 80 },
        { metric: 'heart_rate', value: 80, recordedAt: '2026-05-01T09:00:00.000Z', source: 'Watch' },
        { metric: 'step_count', value: 7 },
        { metric: 'weight_body_mass', value: 81 },
      ],
      night: null,
      workout: { name: 'Run' },
      ecg: null,
      events: [{ kind: 'symptom', name: 'Headache' }],
    });
  });

  test('nobody sees another’s', async () => {
    expect((await query.get('/v1/recent', query.other)).body.metrics).toEqual([]);
    expect((await query.get('/v1/summary?date=2026-05-01', query.other)).body).toMatchObject({
      activity: {},
      heart: {},
    });
  });
});

test('the newest is from the samples where a newer day is marked, and from before where its samples are gone', async () => {
  const add = { metric_id: 1, source: 'Watch', granularity: 0, value: 42, recorded_at: '2026-05-03T10:00:00+02:00' };
  await insertRows(query, 'quantity_metrics', query.me, add);
  await markAll(query, query.me);
  const newest = async (): Promise<number> => {
    const { body } = await query.get('/v1/recent');
    return body.metrics.find(({ metric }: { metric: string }) => metric === 'step_count').value;
  };
  expect(await newest()).toBe(42);
  await query.recompute(query.me, 1000);
  expect(await newest()).toBe(42);
  await query.sql('DELETE FROM quantity_metrics WHERE value = 42');
  expect(await newest()).toBe(7);
});

test('sleep of days with its stages', async () => {
  const { body } = await query.get('/v1/sleep/days?date=2026-05-02&stages=yes');
  expect(body.days).toMatchObject([
    {
      date: '2026-05-02',
      night: { stages: [{ stage: 'core' }, { stage: 'rem', endedAt: '2026-05-02T05:00:00.000Z' }] },
    },
  ]);
});

test.each([
  ['/v1/summary?date=2026-13-01', 'query_invalid'],
  ['/v1/summary?date=2026-05-01&from=2026-05-01', 'query_invalid'],
  ['/v1/summary?from=2026-05-02&to=2026-05-01', 'range_invalid'],
  ['/v1/summary?from=2026-05-01&to=2026-05-01', 'range_invalid'],
  ['/v1/sleep/days?from=2026-05-01&to=2026-05-01', 'range_invalid'],
  ['/v1/summary?from=2026-01-01&to=2026-05-01', 'range_invalid'],
  ['/v1/sleep/days?from=2020-01-01&to=2026-01-01', 'range_invalid'],
  ['/v1/metrics/step_count?bucket=day&from=0001-01-01&to=9999-01-01', 'range_invalid'],
  ['/v1/metrics/step_count?bucket=day&from=2026-05-02&to=2026-05-01', 'range_invalid'],
  ['/v1/metrics/step_count?bucket=day&tz=Mars/Olympus', 'query_invalid'],
  ['/v1/metrics/step_count?bucket=year', 'query_invalid'],
  ['/v1/metrics/step_count?bucket=day&granularity=day', 'query_invalid'],
  ['/v1/metrics/step_count?agg=sum', 'query_invalid'],
  ['/v1/metrics/step_count?source=best', 'query_invalid'],
  ['/v1/metrics/step_count?bucket=day&limit=10001', 'limit_invalid'],
  ['/v1/metrics/step_count?bucket=day&cursor=abc', 'cursor_invalid'],
  ['/v1/metrics/mana?bucket=day', 'metric_unknown'],
  ['/v1/series?metrics=', 'query_invalid'],
  ['/v1/series', 'query_invalid'],
  ['/v1/series?metrics=heart_rate,mana', 'metric_unknown'],
  [`/v1/series?metrics=${Array.from({ length: 21 }, (_, i) => `m${i}`).join(',')}`, 'query_invalid'],
])('%s is refused with a code', async (path, code) => {
  const { status, body } = await query.get(path);
  expect([status, body.code]).toEqual([code === 'metric_unknown' ? 404 : 400, code]);
});

test('metrics side by side, with their empty buckets', async () => {
  const path = '/v1/series?metrics=step_count,heart_rate&from=2026-04-30&to=2026-05-03&fill=null';
  const { body } = await query.get(path);
  const values = body.series.map(({ buckets }: { buckets: { value: number | null }[] }) => buckets.map((b) => b.value));
  expect(values).toEqual([
    [null, 300, 7],
    [null, 70, null],
  ]);
  const zeros = await query.get(`${path.replace('fill=null', 'fill=zero')}&bucket=week&tz=Europe/Berlin`);
  // 27 April 2026 is a Monday.
  expect(zeros.body.series[1].buckets).toMatchObject([{ start: '2026-04-27', value: 70 }]);
});
