import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ModelSample, modelBuckets } from './bucket-model';
import { markAll } from './mark-all';
import { type OpenQuery, openQuery } from './open-query';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
});

afterAll(() => query?.close());

/** Hours around changes of clocks in the zones that are asked for, and at the edges of months and weeks. */
const turns = [
  '2026-10-25T00:30:00Z', // Berlin goes back at 01:00Z
  '2026-03-29T00:30:00Z', // and forth
  '2026-11-01T04:30:00Z', // Havana repeats its midnight
  '2026-04-04T14:45:00Z', // Lord Howe goes back by half an hour
  '2026-10-03T15:15:00Z', // and forth
  '2026-05-31T22:10:00Z',
].map((text) => Date.parse(text));

const sample: fc.Arbitrary<ModelSample> = fc
  .record({
    turnMs: fc.constantFrom(...turns),
    quarters: fc.integer({ min: -130, max: 130 }),
    offsetMinutes: fc.constantFrom(60, 120, 120, 120, 330, 345, -210, 630, -600),
    source: fc.constantFrom('iPhone', 'Watch', 'Watch', ''),
    granularity: fc.constantFrom(0, 0, 1, 2, 3, 3, 4),
    value: fc.integer({ min: 0, max: 400 }).map((quarters) => quarters / 4),
  })
  .map(({ turnMs, quarters, offsetMinutes, source, granularity, value }) => {
    const atMs = turnMs + quarters * 900_000;
    const localMs = atMs + offsetMinutes * 60_000;
    const steps: Record<number, number> = { 2: 3_600_000, 3: 86_400_000, 4: 86_400_000 };
    const step = steps[granularity] ?? 1;
    return {
      atMs: Math.floor(localMs / step) * step - offsetMinutes * 60_000,
      offsetMinutes,
      source,
      granularity,
      value,
    };
  });

const question = fc.record({
  bucket: fc.constantFrom('hour' as const, 'day' as const, 'week' as const, 'month' as const),
  agg: fc.constantFrom('sum' as const, 'avg' as const, 'latest' as const, 'min' as const, 'max' as const),
  tz: fc.constantFrom(
    'phone',
    'Europe/Berlin',
    'Asia/Kathmandu',
    'Asia/Kolkata',
    'America/Havana',
    'Australia/Lord_Howe',
    'America/St_Johns',
    'UTC',
  ),
  source: fc.constantFrom('best', 'best', 'all', 'Watch'),
  priority: fc.constantFrom([], ['iPhone'], ['', 'Watch']),
  order: fc.constantFrom('asc', 'desc'),
  limit: fc.constantFrom(7, 600, 10_000),
});

/** Writes samples past the service, and marks their days as a writer does. */
async function replaceSamples(samples: readonly ModelSample[]): Promise<ModelSample[]> {
  const { userId } = query.me;
  await query.sql('DELETE FROM quantity_metrics WHERE user_id = $1', [userId]);
  const byKey = new Map(samples.map((one) => [`${one.atMs} ${one.source} ${one.granularity}`, one]));
  const stored = [...byKey.values()];
  const columns = [
    stored.map(({ atMs }) => new Date(atMs)),
    stored.map(({ offsetMinutes }) => offsetMinutes),
    stored.map(({ source }) => source),
    stored.map(({ granularity }) => granularity),
    stored.map(({ value }) => value),
  ];
  await query.sql(
    `INSERT INTO quantity_metrics (user_id, metric_id, recorded_at, zone_offset_minutes, source, granularity, value, ingestion_seq)
     SELECT $1, 1, at, zone, source, granularity, value, 1
       FROM unnest($2::timestamptz[], $3::int2[], $4::text[], $5::int2[], $6::float8[]) u(at, zone, source, granularity, value)`,
    [userId, ...columns],
  );
  await markAll(query, query.me);
  return stored;
}

test('every bucket is what the samples one by one make, computed or marked or some of each', async () => {
  let compared = 0;
  const cases = fc.record({
    samples: fc.array(sample, { minLength: 1, maxLength: 60 }),
    days: fc.constantFrom(0, 1, 3, 1000),
    questions: fc.array(question, { minLength: 8, maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ samples, days, questions }) => {
      const stored = await replaceSamples(samples);
      if (days > 0) await query.recompute(query.me, days);
      for (const asked of questions) {
        await query.sql('UPDATE users SET source_priority = $2 WHERE id = $1', [query.me.userId, asked.priority]);
        const { bucket, agg, tz, source, order, limit } = asked;
        // A page of seven hours would take hundreds of requests.
        const size = bucket === 'hour' || bucket === 'day' ? Math.max(limit, 600) : limit;
        const path = `/v1/metrics/step_count?bucket=${bucket}&agg=${agg}&tz=${tz}&source=${source}&order=${order}&limit=${size}`;
        const found: string[] = [];
        let cursor: string | null = null;
        do {
          const { status, body } = await query.get(cursor === null ? path : `${path}&cursor=${cursor}`);
          expect([status, body.code]).toEqual([200, undefined]);
          for (const one of body.buckets) found.push(`${one.start} ${one.source} ${one.value} ${one.samples}`);
          cursor = body.nextCursor;
        } while (cursor !== null);
        expect(found.toSorted()).toEqual(modelBuckets(asked, stored));
        compared += found.length;
      }
    }),
    { numRuns: 25, endOnFailure: true },
  );
  // More than one for each question: how many there are is chance, and was found to be between 470 and some thousands.
  expect(compared).toBeGreaterThan(25 * 8);
}, 240_000);
