import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { insertRows } from './insert-row';
import { markAll } from './mark-all';
import { type OpenQuery, openQuery } from './open-query';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
});

afterAll(() => query?.close());

beforeEach(async () => {
  await query.sql('DELETE FROM quantity_metrics');
  await query.sql("UPDATE users SET source_priority = '{}'");
});

/** Steps of a source at these hours of the first of May, so many each. */
async function steps(source: string, hours: readonly number[], value: number, granularity = 0): Promise<void> {
  const rows = hours.map((hour) => ({
    metric_id: 1,
    recorded_at: `2026-05-01T${String(hour).padStart(2, '0')}:10:00+02:00`,
    source,
    granularity,
    value,
  }));
  await insertRows(query, 'quantity_metrics', query.me, ...rows);
  await markAll(query, query.me);
}

const hours = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

async function buckets(parameters: string): Promise<[string, number][]> {
  const { body } = await query.get(`/v1/metrics/step_count?${parameters}`);
  return body.buckets.map(({ source, value }: { source: string; value: number }) => [source, value]);
}

describe.each([
  ['marked', 0],
  ['computed', 1000],
])('steps of a day that is %s', (_state, days) => {
  const compute = async (): Promise<void> => {
    if (days > 0) await query.recompute(query.me, days);
  };

  test('of two devices that overlap are those of one, never the sum', async () => {
    await steps('Watch', hours(8, 20), 100);
    await steps('iPhone', hours(10, 14), 130);
    await compute();
    expect(await buckets('bucket=day')).toEqual([['Watch', 1200]]);
    expect(await buckets('bucket=day&source=all')).toEqual([
      ['Watch', 1200],
      ['iPhone', 520],
    ]);
    expect(await buckets('bucket=day&source=iPhone')).toEqual([['iPhone', 520]]);
    await query.put('/v1/sources', { priority: ['iPhone'] });
    expect(await buckets('bucket=day')).toEqual([['iPhone', 520]]);
    // Where the preferred one has nothing, the next one answers.
    expect(await buckets('bucket=hour')).toEqual(
      hours(8, 20).map((hour) => (hour >= 10 && hour < 14 ? ['iPhone', 130] : ['Watch', 100])),
    );
  });

  test('of three devices follow the list, and then the data', async () => {
    await steps('Watch', hours(8, 12), 100);
    await steps('iPhone', hours(8, 18), 90);
    await steps('Ring', hours(8, 16), 110);
    await compute();
    expect(await buckets('bucket=day')).toEqual([['iPhone', 900]]);
    await query.put('/v1/sources', { priority: ['Garmin', 'Watch', 'Ring'] });
    expect(await buckets('bucket=day')).toEqual([['Watch', 400]]);
    expect((await buckets('bucket=hour')).map(([source]) => source)).toEqual([
      ...hours(8, 12).map(() => 'Watch'),
      ...hours(12, 16).map(() => 'Ring'),
      ...hours(16, 18).map(() => 'iPhone'),
    ]);
  });

  test('of a device that stops at noon are those of the one that goes on', async () => {
    await steps('Watch', hours(0, 12), 100);
    await steps('iPhone', hours(0, 24), 80);
    await compute();
    expect(await buckets('bucket=day')).toEqual([['iPhone', 1920]]);
    await steps('iPhone', [3], 70, 1);
    expect(await buckets('bucket=hour&tz=Europe/Berlin')).toHaveLength(24);
  });

  test('as a day row and as minutes are compared by what they add up to', async () => {
    await steps('Watch', hours(0, 10), 100, 1);
    await insertRows(query, 'quantity_metrics', query.me, {
      metric_id: 1,
      recorded_at: '2026-05-01T00:00:00+02:00',
      source: 'iPhone',
      granularity: 3,
      value: 5000,
    });
    await markAll(query, query.me);
    await compute();
    expect(await buckets('bucket=day')).toEqual([['iPhone', 5000]]);
    expect(await buckets('bucket=month&tz=Asia/Tokyo')).toEqual([['iPhone', 5000]]);
  });
});

describe('/v1/sources', () => {
  test('tells what there is and takes an order, in the spelling in which sources are stored', async () => {
    await steps('Watch', [8], 1);
    await steps('Anna’s iPhone', [9], 1);
    // Whoever has had the 2xx of a sync finds its sources, whether its days are rolled up or not.
    expect((await query.get('/v1/sources')).body.sources).toEqual(['Anna’s iPhone', 'Watch']);
    await query.recompute(query.me, 10);
    expect((await query.put('/v1/sources', { priority: ['Anna’s iPhone', 'Watch'] })).body.priority).toEqual([
      "Anna's iPhone",
      'Watch',
    ]);
    const { body } = await query.get('/v1/sources');
    expect(body).toEqual({ priority: ["Anna's iPhone", 'Watch'], sources: ['Anna’s iPhone', 'Watch'] });
    expect((await query.get('/v1/sources', query.other)).body).toEqual({ priority: [], sources: [] });
  });

  test.each([
    [{}, 'sources_invalid'],
    [{ priority: [1] }, 'sources_invalid'],
    [{ priority: ['a', 'a'] }, 'sources_invalid'],
    [{ priority: Array.from({ length: 51 }, (_, i) => String(i)) }, 'sources_invalid'],
    [{ priority: ['\0'] }, 'sources_invalid'],
    ['{', 'json_malformed'],
    [null, 'sources_invalid'],
  ])('refuses %j', async (body, code) => {
    expect(await query.put('/v1/sources', body)).toMatchObject({ status: 400, body: { code } });
  });

  test('refuses a body that is compressed, and says so', async () => {
    const headers = { 'x-api-key': query.me.key, 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const body = gzipSync(JSON.stringify({ priority: ['Watch'] }));
    const answer = await fetch(`${query.url}/v1/sources`, { method: 'PUT', headers, body });
    const { code } = (await answer.json()) as { code: string };
    expect([answer.status, code]).toEqual([415, 'content_encoding_not_supported']);
  });

  test('refuses a body that is too large', async () => {
    const body = JSON.stringify({ priority: ['x'.repeat(70_000)] });
    expect(await query.put('/v1/sources', body)).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  });
});
