import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bucketUnits } from '../../../src/query/buckets/calendar';
import { insertRows } from './insert-row';
import { markAll } from './mark-all';
import { type OpenQuery, openQuery } from './open-query';

let query: OpenQuery;

const days = ['0001-01-01T12:00:00Z', '0001-01-03T00:00:00Z', '2026-05-01T12:00:00Z'];

beforeAll(async () => {
  query = await openQuery();
  const rows = days.map((at) => ({ metric_id: 1, recorded_at: at, source: 'd', granularity: 0, value: 3 }));
  await insertRows(query, 'quantity_metrics', query.me, ...rows);
  await insertRows(query, 'heart_rate_metrics', query.me, {
    recorded_at: days[0],
    source: 'd',
    granularity: 0,
    value: 60,
  });
  await markAll(query, query.me);
});

afterAll(() => query?.close());

/** Samples that all pages of a question are made of. */
async function samplesOf(path: string): Promise<number> {
  let samples = 0;
  let cursor: string | null = null;
  do {
    const { status, body } = await query.get(cursor === null ? path : `${path}&cursor=${cursor}`);
    expect([path, status, body.code]).toEqual([path, 200, undefined]);
    for (const bucket of body.buckets) samples += bucket.samples;
    cursor = body.nextCursor;
  } while (cursor !== null);
  return samples;
}

const zones = ['phone', 'UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Kiritimati'];

describe.each(['marked', 'computed'])('samples of the first days of the calendar, %s', (state) => {
  beforeAll(async () => {
    if (state === 'computed') while ((await query.recompute(query.me, 100)) > 0);
  });

  test.each(zones)('are read in %s by every bucket', async (tz) => {
    for (const unit of ['day', 'week', 'month'] as const) {
      const path = `/v1/metrics/step_count?bucket=${unit}&tz=${tz}&limit=10000`;
      expect([unit, await samplesOf(`${path}&to=0001-03-01`)]).toEqual([unit, 2]);
    }
    expect(await samplesOf(`/v1/metrics/heart_rate?bucket=hour&tz=${tz}&to=0001-02-01`)).toBe(1);
  });

  test.each(zones)('are beside empty buckets of %s, and so are the last days', async (tz) => {
    for (const unit of bucketUnits) {
      for (const range of [
        'to=0001-01-20',
        'from=0001-01-01&to=0001-01-20',
        'from=9999-12-20',
        'from=9999-12-25&to=9999-12-31',
      ]) {
        for (const order of ['asc', 'desc']) {
          const path = `/v1/metrics/step_count?bucket=${unit}&tz=${tz}&fill=zero&order=${order}&limit=1000&${range}`;
          expect([path, (await query.get(path)).status]).toEqual([path, 200]);
        }
      }
    }
  });
});

test('empty buckets count: an answer of too many is refused', async () => {
  const path = '/v1/series?bucket=hour&fill=zero&from=2025-01-01&to=2026-05-01&limit=10000';
  const two = await query.get(`${path}&metrics=step_count,heart_rate`);
  expect([two.status, two.body.code]).toEqual([200, undefined]);
  const names = 'step_count,heart_rate,blood_pressure';
  expect(await query.get(`${path}&metrics=${names}`)).toMatchObject({
    status: 400,
    body: { code: 'answer_too_large' },
  });
});
