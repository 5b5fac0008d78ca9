import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bloodPressureFamily, heartRateFamily, quantityFamily } from '../../../src/catalogue/families';
import type { Transaction } from '../../../src/database/database.service';
import { recomputeRollups } from '../../../src/database/rollups/recompute-rollups';
import { batchOf, type OpenWriter, openWriter } from '../batch/open-writer';

let writer: OpenWriter;

beforeAll(async () => {
  writer = await openWriter();
});

afterAll(() => writer.close());

const at = (text: string): number => Date.parse(text);
const sample = fc.record({
  recorded_at: fc.constantFrom(
    at('2026-03-01T00:00:00Z'),
    at('2026-03-01T11:59:59.999Z'),
    at('2026-03-01T14:14:00Z'),
    at('2026-03-01T14:15:00Z'),
    at('2026-03-01T14:45:00Z'),
    at('2026-03-01T23:59:00Z'),
    at('2026-03-02T10:00:00Z'),
    at('1950-01-01T00:00:00Z'),
  ),
  zone_offset_minutes: fc.constantFrom(0, 60, 330, 345, -570, 840, -720),
  source: fc.constantFrom('', 'Watch', 'iPhone'),
  granularity: fc.constantFrom(0, 1, 2, 3, 4),
  // Quarters: their sums are exact in whatever order they are made.
  value: fc.integer({ min: 0, max: 40 }).map((quarters) => quarters / 4),
  flags: fc.constant(0),
});
/** One sample of any family. */
interface Sample {
  readonly recorded_at: number;
  readonly zone_offset_minutes: number;
  readonly source: string;
  readonly granularity: number;
  readonly value: number;
  readonly flags: number;
}

const heartRateBatch = (rows: readonly Sample[]) =>
  batchOf(
    heartRateFamily,
    rows.map((row) => ({
      ...row,
      min: row.value > 5 ? row.value - 2 : null,
      max: row.value > 7 ? row.value + 2 : null,
    })),
  );
const quantityBatch = (rows: readonly Sample[]) =>
  batchOf(
    quantityFamily,
    rows.map((row, i) => ({ ...row, metric_id: row.value > 5 ? 1 : 111, context: i % 2 === 0 ? 'bolus' : '' })),
  );
const bloodPressureBatch = (rows: readonly Sample[]) =>
  batchOf(
    bloodPressureFamily,
    rows.map(({ value, ...row }) => ({ ...row, systolic: value + 10, diastolic: value })),
  );

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('write' as const), samples: fc.array(sample, { maxLength: 8 }) }),
  },
  // Enough rows to be appended; all after what is stored, and over two local days.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('append' as const), offset: fc.constantFrom(0, 345, -720) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('recompute' as const), days: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), seq: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase' as const) }) },
);

const tables = ['heart_rate_metrics', 'blood_pressure_metrics', 'quantity_metrics'];

/** The samples of a user as one table, each with the metric and the part of it that it is. */
const samplesSql = `
SELECT *, recorded_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes) AS local_at FROM (
  SELECT user_id, 101 AS metric_id, 0 AS part, recorded_at, zone_offset_minutes, source, granularity, value,
         coalesce(min, value) AS low, coalesce(max, value) AS high FROM heart_rate_metrics
  UNION ALL SELECT user_id, 107, 0, recorded_at, zone_offset_minutes, source, granularity, systolic, systolic, systolic
              FROM blood_pressure_metrics
  UNION ALL SELECT user_id, 107, 1, recorded_at, zone_offset_minutes, source, granularity, diastolic, diastolic, diastolic
              FROM blood_pressure_metrics
  UNION ALL SELECT user_id, metric_id, 0, recorded_at, zone_offset_minutes, source, granularity, value,
                   coalesce(min, value), coalesce(max, value) FROM quantity_metrics) AS all_samples`;

const isUnmarked = (local: string) =>
  `NOT EXISTS (SELECT FROM rollup_marks m WHERE m.user_id = s.user_id AND m.metric_id = s.metric_id
                  AND m.local_date = ${local}::date)`;

/** Every roll-up that there should be on days that are not marked, said as plainly as SQL can. */
const expectedSql = `
WITH s AS (${samplesSql})
SELECT metric_id, span, date_trunc(unit, local_at) AS local_start, zone_offset_minutes, source, granularity, part,
       count(*)::int AS samples, sum(value) AS sum, min(low) AS min, max(high) AS max,
       (array_agg(value ORDER BY recorded_at DESC, value DESC))[1] AS last, max(recorded_at) AS last_at
  FROM s CROSS JOIN (VALUES (2, 'hour'), (3, 'day')) AS spans(span, unit)
 WHERE user_id = $1 AND granularity <= span AND ${isUnmarked('local_at')}
 GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7`;

const storedSql = `
SELECT metric_id, span, local_start, zone_offset_minutes, source, granularity, part, samples, sum, min, max, last, last_at
  FROM metric_rollups s WHERE user_id = $1 AND ${isUnmarked('local_start')} ORDER BY 1, 2, 3, 4, 5, 6, 7`;

function asTransaction(client: PoolClient): Transaction {
  return {
    client,
    begun: Promise.resolve(),
    query: async (text, values = [], name) => (await client.query({ name, text, values: [...values] })).rows,
  };
}

async function expectTruth(userId: string): Promise<number> {
  const [expected, stored] = [
    await writer.pool.query(expectedSql, [userId]),
    await writer.pool.query(storedSql, [userId]),
  ];
  expect(stored.rows).toEqual(expected.rows);
  return stored.rows.length;
}

test('a roll-up is what plain SQL finds, or its day is marked, whatever comes and goes and whenever it is computed', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
      const userId = randomUUID();
      for (const [i, one] of steps.entries()) {
        const seq = i + 1;
        if (one.kind === 'write') {
          await writer.write(userId, seq, heartRateBatch(one.samples), 3);
          await writer.write(userId, seq, quantityBatch(one.samples));
          await writer.write(userId, seq, bloodPressureBatch(one.samples));
        } else if (one.kind === 'append') {
          const startMs = at('2026-03-04T18:00:00Z') + i * 1000;
          const rows = Array.from({ length: 240 }, (_, n) => ({
            recorded_at: startMs + n * 180_000,
            zone_offset_minutes: one.offset,
            source: 'Watch',
            granularity: 0,
            value: (n % 8) / 4,
            flags: 0,
          }));
          await writer.write(userId, seq, heartRateBatch(rows));
          await writer.write(userId, seq, quantityBatch(rows));
        } else if (one.kind === 'recompute') {
          await writer.inTransaction((client) => recomputeRollups(asTransaction(client), userId, one.days));
        } else {
          const condition = one.kind === 'forget' ? `AND ingestion_seq = ${one.seq}` : '';
          for (const table of tables)
            await writer.pool.query(`DELETE FROM ${table} WHERE user_id = $1 ${condition}`, [userId]);
        }
        await expectTruth(userId);
      }
      await writer.inTransaction((client) => recomputeRollups(asTransaction(client), userId, 1000));
      const marks = await writer.pool.query('SELECT FROM rollup_marks WHERE user_id = $1', [userId]);
      expect(marks.rowCount).toBe(0);
      compared += await expectTruth(userId);
    }),
    { numRuns: 60 },
  );
  expect(compared).toBeGreaterThan(1000);
}, 120_000);

test('what is sent again unchanged marks nothing', async () => {
  const userId = randomUUID();
  const rows = fc.sample(sample, { seed: 1, numRuns: 20 });
  await writer.write(userId, 1, heartRateBatch(rows));
  await writer.inTransaction((client) => recomputeRollups(asTransaction(client), userId, 1000));
  // The last of each key is what is stored now.
  const { rows: stored } = await writer.pool.query('SELECT * FROM heart_rate_metrics WHERE user_id = $1', [userId]);
  const again = batchOf(
    heartRateFamily,
    stored.map(({ user_id: _user, ingestion_seq: _seq, revision: _revision, recorded_at, ...row }) => ({
      ...row,
      recorded_at: recorded_at.getTime(),
    })),
  );
  await writer.write(userId, 2, again);
  const marks = await writer.pool.query('SELECT FROM rollup_marks WHERE user_id = $1', [userId]);
  expect(marks.rowCount).toBe(0);
});

test('a correction that moves a sample to another day marks the day that it was on, too', async () => {
  const userId = randomUUID();
  const row = { recorded_at: at('2026-03-01T23:30:00Z'), source: 'Watch', granularity: 0, value: 3, flags: 0 };
  const compute = () => writer.inTransaction((client) => recomputeRollups(asTransaction(client), userId, 1000));
  for (const [seq, offset] of [0, 60, 0].entries()) {
    for (const make of [heartRateBatch, quantityBatch, bloodPressureBatch]) {
      await writer.write(userId, seq + 1, make([{ ...row, zone_offset_minutes: offset }]));
    }
    await expectTruth(userId);
    await compute();
    // An hour and a day of each, and of both parts of blood pressure.
    expect(await expectTruth(userId)).toBe(8);
  }
});
