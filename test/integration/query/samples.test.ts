import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertRows } from './insert-row';
import { type OpenQuery, openQuery, type Person } from './open-query';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
});

afterAll(() => query?.close());

const insert = (table: string, person: Person, ...rows: Record<string, unknown>[]) =>
  insertRows(query, table, person, ...rows);

const heart = (recorded_at: string, value: number, source = 'Watch', granularity = 0) => ({
  recorded_at,
  source,
  granularity,
  value,
});

describe('the samples of a metric', () => {
  beforeAll(async () => {
    await insert(
      'heart_rate_metrics',
      query.me,
      { ...heart('2026-05-01T10:00:00.123Z', 61), min: 55, max: 70, flags: 1 },
      heart('2026-05-01T09:00:00Z', 60),
      heart('2026-05-01T22:30:00Z', 62, 'iPhone', 2),
      heart('2026-05-02T09:00:00Z', 63, '', 3),
    );
    await insert('heart_rate_metrics', query.other, heart('2026-05-01T09:30:00Z', 199));
    await insert('blood_pressure_metrics', query.me, {
      recorded_at: '2026-05-01T09:00:00Z',
      source: 'Cuff',
      granularity: 0,
      systolic: 120,
      diastolic: 80,
    });
  });

  test('come in order, with what was sent, and only the own', async () => {
    const { status, headers, body } = await query.get('/v1/metrics/heart_rate');
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect(body).toEqual({
      metric: 'heart_rate',
      unit: 'count/min',
      samples: [
        sample('2026-05-01T09:00:00.000Z', 60, 'Watch', 'raw'),
        { ...sample('2026-05-01T10:00:00.123Z', 61, 'Watch', 'raw'), min: 55, max: 70, odd: true },
        sample('2026-05-01T22:30:00.000Z', 62, 'iPhone', 'hour'),
        sample('2026-05-02T09:00:00.000Z', 63, '', 'day'),
      ],
      nextCursor: null,
    });
  });

  function sample(recordedAt: string, value: number, source: string, granularity: string) {
    return { recordedAt, value, min: null, max: null, source, granularity, zoneOffsetMinutes: 120 };
  }

  const values = async (parameters: string, name = 'heart_rate') => {
    const { status, body } = await query.get(`/v1/metrics/${name}?${parameters}`);
    expect(status).toBe(200);
    return body.samples.map(({ value }: { value: number }) => value);
  };

  test.each([
    ['from=2026-05-01T10:00:00.123Z', [61, 62, 63]],
    ['to=2026-05-01T10:00:00.123Z', [60]],
    ['from=2026-05-01T11:00:00%2B02:00&to=2026-05-01T12:00:00%2B02:00', [60]],
    ['from=2026-05-01T11:00:00+02:00&to=2026-05-01T12:00:00+02:00', [60]],
    // In Berlin, 22:30 UTC is the next day.
    ['from=2026-05-01&to=2026-05-02', [60, 61]],
    ['from=2026-05-02', [62, 63]],
    ['from=0001-01-01&to=9999-12-31', [60, 61, 62, 63]],
    ['from=2026-05-01&to=2026-05-01', []],
    ['source=Watch', [60, 61]],
    ['source=', [63]],
    ['source=Nobody', []],
    ['granularity=hour', [62]],
    ['order=desc', [63, 62, 61, 60]],
    ['order=desc&limit=2&from=2026-05-01&to=2026-05-02', [61, 60]],
  ])('%s gives %j', async (parameters, expected) => {
    expect(await values(parameters)).toEqual(expected);
  });

  test('of blood pressure have both pressures', async () => {
    const { body } = await query.get('/v1/metrics/blood_pressure');
    expect(body.unit).toBe('mmHg');
    expect(body.samples).toEqual([
      { ...sample('2026-05-01T09:00:00.000Z', 120, 'Cuff', 'raw'), systolic: 120, diastolic: 80 },
    ]);
  });

  test('are none for a metric that was never sent, and a 404 for one that nobody knows', async () => {
    expect((await query.get('/v1/metrics/step_count')).body).toEqual({
      metric: 'step_count',
      unit: 'count',
      samples: [],
      nextCursor: null,
    });
    expect(await query.get('/v1/metrics/mana')).toMatchObject({
      status: 404,
      body: { code: 'metric_unknown', status: 404 },
    });
  });
});

describe('a metric is found', () => {
  const quantity = (metric_id: number, value: number, context = '') => ({
    ...heart('2026-05-01T09:00:00Z', value),
    metric_id,
    context,
  });

  beforeAll(async () => {
    const own: [number, string, string][] = [
      [10_000, 'heart_of_gold', 'improbability'],
      [10_001, 'heart_of_gold', ''],
      [10_002, 'handwashing', 'count'],
      [10_003, 'toothbrushing', 'count'],
      [10_004, 'Schritte / Tag', 'Stück'],
    ];
    for (const [id, name, unit] of own) {
      await query.sql('INSERT INTO user_metrics VALUES ($1, $2, $3, $4)', [query.me.userId, id, name, unit]);
    }
    await insert(
      'quantity_metrics',
      query.me,
      { ...quantity(301, 80), details: { scale: 'old' } },
      quantity(10_000, 42),
      quantity(10_001, 43),
      quantity(10_002, 7),
      quantity(10_003, 8),
      quantity(604, 120),
      quantity(10_004, 9000),
      quantity(111, 4, 'Bolus'),
      quantity(111, 10, 'Basal'),
    );
    await insert('quantity_metrics', query.other, quantity(301, 99));
  });

  const found = async (path: string) => {
    const { status, body } = await query.get(`/v1/metrics/${path}`);
    expect(status).toBe(200);
    return [body.metric, body.unit, ...body.samples.map(({ value }: { value: number }) => value)];
  };

  test.each([
    ['weight_body_mass', ['weight_body_mass', 'kg', 80]],
    ['body_mass', ['weight_body_mass', 'kg', 80]],
    ['Weight%20%26%20Body%20Mass', ['weight_body_mass', 'kg', 80]],
    ['heart_of_gold', ['heart_of_gold', 'improbability', 42]],
    ['heart_of_gold?unit=', ['heart_of_gold', '', 43]],
    ['Schritte%20%2F%20Tag', ['Schritte / Tag', 'Stück', 9000]],
    ['handwashing', ['handwashing', 'count', 7]],
    ['handwashing?unit=s', ['handwashing', 's']],
    ['toothbrushing', ['toothbrushing', 's', 120]],
    ['toothbrushing?unit=count', ['toothbrushing', 'count', 8]],
    ['insulin_delivery', ['insulin_delivery', 'IU', 10, 4]],
    ['sleep_analysis', ['sleep_analysis', 'hr']],
  ])('%s', async (path, expected) => {
    expect(await found(path)).toEqual(expected);
  });

  test('with what came beside the value', async () => {
    const { body: weight } = await query.get('/v1/metrics/weight_body_mass');
    expect(weight.samples[0].details).toEqual({ scale: 'old' });
    const { body: insulin } = await query.get('/v1/metrics/insulin_delivery');
    expect(insulin.samples.map(({ context }: { context: string }) => context)).toEqual(['Basal', 'Bolus']);
  });

  test('or its units are told', async () => {
    expect((await query.get('/v1/metrics/toothbrushing?unit=h')).body).toMatchObject({
      code: 'query_invalid',
      detail: 'unit must be one of s, count.',
    });
  });

  test('by nobody else when it is a person’s own', async () => {
    expect((await query.get('/v1/metrics/heart_of_gold', query.other)).body.code).toBe('metric_unknown');
    expect((await query.get('/v1/metrics/handwashing?unit=count', query.other)).status).toBe(400);
  });
});
