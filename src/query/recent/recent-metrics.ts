import type { Catalogue } from '../../catalogue/catalogue';
import { Granularity } from '../../catalogue/granularity';
import type { Transaction } from '../../database/database.service';
import { rolledFamilyOf } from '../../database/rollups/rolled-family';

/** The newest sample of one metric. */
export interface RecentValue {
  readonly metric: string;
  readonly unit: string;
  /** For blood pressure the systolic pressure. */
  readonly value: number;
  readonly diastolic?: number;
  readonly recordedAt: string;
  readonly source: string;
}

/** What is known of a metric from roll-ups and marks alone. */
interface NewestRow extends Record<string, unknown> {
  readonly metric_id: number;
  readonly own_name: string | null;
  readonly own_unit: string | null;
  readonly last: number | null;
  readonly last_at: Date | null;
  readonly source: string | null;
  /** The first instant, in s, from which samples have to be looked at; null when the roll-ups have the newest. */
  readonly look_from_s: number | null;
}

interface SampleRow extends Record<string, unknown> {
  readonly metric_id: number;
  readonly value: number;
  readonly diastolic: number | null;
  readonly recorded_at: Date;
  readonly source: string;
}

/** Roll-ups of the newest days that are looked at: those of two days, of many sources and granularities. */
const newestRollups = 40;

const maxOffset = `interval '16 hours'`;

/** The next metric of a table after the one of `m`; the least without it: one look-up of the key. */
function nextMetric(after: string): string {
  const least = (table: string): string =>
    `(SELECT t.metric_id FROM ${table} t WHERE t.user_id = $1 ${after} ORDER BY t.metric_id LIMIT 1)`;
  return `least(${least('metric_rollups')}, ${least('rollup_marks')})`;
}

/**
 * Every metric of the user with its newest roll-up that is true. Samples have to be looked at from the day of that
 * roll-up on (from the oldest mark where there is none) when a day as new as it is marked. Blood pressure is two numbers
 * of one sample, so it is always looked up.
 */
const newestSql = `
WITH RECURSIVE metrics AS (
  SELECT ${nextMetric('')} AS metric_id
  UNION ALL
  SELECT ${nextMetric('AND t.metric_id > m.metric_id')} FROM metrics m WHERE m.metric_id IS NOT NULL
)
SELECT m.metric_id, own.name AS own_name, own.unit AS own_unit, newest.last, newest.last_at, newest.source,
       CASE WHEN newest.day IS NULL OR marks.newest >= newest.day::date - 1 OR m.metric_id = 107 THEN
         extract(epoch FROM (coalesce(newest.day - interval '1 day', marks.oldest::timestamp) - ${maxOffset})
                            AT TIME ZONE 'UTC')::float8 END AS look_from_s
  FROM metrics m
  LEFT JOIN user_metrics own ON own.user_id = $1 AND own.metric_id = m.metric_id
 CROSS JOIN LATERAL (SELECT max(local_date) AS newest, min(local_date) AS oldest FROM rollup_marks k
                      WHERE k.user_id = $1 AND k.metric_id = m.metric_id) AS marks
  LEFT JOIN LATERAL (
    SELECT r.last, r.last_at, r.source, max(r.local_start) OVER () AS day
      FROM (SELECT * FROM metric_rollups r
             WHERE r.user_id = $1 AND r.metric_id = m.metric_id AND r.span = ${Granularity.day} AND r.part = 0
               AND NOT EXISTS (SELECT FROM rollup_marks k WHERE k.user_id = $1 AND k.metric_id = m.metric_id
                                  AND k.local_date = r.local_start::date)
             ORDER BY r.local_start DESC LIMIT ${newestRollups}) AS r
     ORDER BY r.last_at DESC, r.granularity, r.source LIMIT 1) AS newest ON true
 WHERE m.metric_id IS NOT NULL`;

/** The newest sample of a table since $2, of each of the metrics $3. */
function newestSample(table: string, metricId: number | null, values: string): string {
  return `
SELECT m.metric_id, t.* FROM unnest($3::int2[]) AS m(metric_id)
 CROSS JOIN LATERAL (
   SELECT ${values}, t.recorded_at, t.source FROM ${table} t
    WHERE t.user_id = $1 AND t.recorded_at >= to_timestamp($2::float8) AND t.granularity <= ${Granularity.day}
      ${metricId === null ? 'AND t.metric_id = m.metric_id' : ''}
    ORDER BY t.recorded_at DESC, t.granularity, t.source LIMIT 1) AS t
 WHERE ${metricId === null ? 'm.metric_id NOT IN (101, 107)' : `m.metric_id = ${metricId}`}`;
}

const sampleSql = [
  newestSample('heart_rate_metrics', 101, 't.value, NULL::float8 AS diastolic'),
  newestSample('blood_pressure_metrics', 107, 't.systolic AS value, t.diastolic'),
  newestSample('quantity_metrics', null, 't.value, NULL::float8 AS diastolic'),
].join('\nUNION ALL\n');

/** The newest sample of every metric, by name, of those that cover a day at most; two statements. */
export async function readRecentMetrics(tx: Transaction, catalogue: Catalogue, userId: string): Promise<RecentValue[]> {
  const metrics = await tx.query<NewestRow>(newestSql, [userId]);
  const looked = metrics.filter(({ look_from_s: fromS }) => fromS !== null);
  const fromS = looked.reduce((least, row) => Math.min(least, row.look_from_s ?? least), Date.now() / 1000);
  const ids = looked.map(({ metric_id: metricId }) => metricId);
  const samples = await tx.query<SampleRow>(sampleSql, [userId, fromS, ids]);
  const sampleOf = new Map(samples.map((sample) => [sample.metric_id, sample]));
  const values = metrics.flatMap((row): RecentValue[] => {
    const definition = catalogue.byId(row.metric_id);
    const name = row.own_name ?? definition?.name;
    if (name === undefined) return [];
    const unit = row.own_unit ?? definition?.unit ?? '';
    const sample = sampleOf.get(row.metric_id);
    if (sample !== undefined) return [fromSample(name, unit, sample)];
    const { last, last_at: lastAt, source } = row;
    if (last === null || lastAt === null || row.look_from_s !== null) return [];
    return [{ metric: name, unit, value: last, recordedAt: lastAt.toISOString(), source: source ?? '' }];
  });
  return values.sort((a, b) => (a.metric < b.metric ? -1 : Number(a.metric > b.metric)));
}

function fromSample(metric: string, unit: string, { metric_id: metricId, value, ...row }: SampleRow): RecentValue {
  const diastolic =
    rolledFamilyOf(metricId).family === 'blood_pressure' && row.diastolic !== null ? { diastolic: row.diastolic } : {};
  return { metric, unit, value, ...diastolic, recordedAt: row.recorded_at.toISOString(), source: row.source };
}
