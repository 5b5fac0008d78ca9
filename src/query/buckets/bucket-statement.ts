import { Granularity } from '../../catalogue/granularity';
import { type Bind, computedRollupsSql, rollupColumns } from '../../database/rollups/computed-rollups';
import { toDayRuns } from '../../database/rollups/day-runs';
import type { Statement } from '../paging/read-page';
import type { BucketQuestion } from './bucket-question';
import { ceilTo, floorTo } from './calendar';
import { zonePiecesSql } from './zone-pieces';

/** Offsets are within 16 hours, and a day that overlaps a bucket may begin a day before it. */
const zoneMarginMs = 40 * 3_600_000;

/** Most rows of an answer: a page of 10,000 buckets of two sources. One more is asked for, to know that there are more. */
export const maxBucketRows = 20_000;

/** The wall-clock readings between which the roll-ups lie that the buckets are made of: whole days, end exclusive. */
export function readRangeOf({ fromWallMs, toWallMs, edgesMs }: Omit<BucketQuestion, 'marked' | 'cutsHours'>): {
  readonly fromWallMs: number;
  readonly toWallMs: number;
} {
  if (edgesMs === null) return { fromWallMs: floorTo('day', fromWallMs), toWallMs: ceilTo('day', toWallMs) };
  const [firstMs = 0, lastMs = 0] = [edgesMs[0], edgesMs.at(-1)];
  return { fromWallMs: floorTo('day', firstMs - zoneMarginMs), toWallMs: ceilTo('day', lastMs + zoneMarginMs) };
}

/** A wall-clock reading as text for a `timestamp` parameter. */
function timestampText(wallMs: number): string {
  const text = new Date(wallMs).toISOString().slice(0, -1);
  // PostgreSQL knows no year 0, no sign and no six digits; beyond what samples can have, any bound will do.
  if (text.startsWith('-') || text.startsWith('0000')) return '0001-01-01 BC';
  return text.startsWith('+') ? '10000-12-31' : text;
}

function rolledSql(question: BucketQuestion, user: string, metrics: string, bind: Bind): string {
  const { unit, edgesMs, source, marked } = question;
  const range = readRangeOf(question);
  const columns = (alias: string): string => rollupColumns.map((name) => `${alias}.${name}`).join(', ');
  const needsHours = unit === 'hour' && edgesMs === null;
  const conditions = (alias: string): string =>
    [
      `${alias}.span IN (${needsHours ? `${Granularity.hour}, ` : ''}${Granularity.day})`,
      ...(unit === 'hour' ? [`${alias}.granularity <= ${Granularity.hour}`] : []),
      ...(source.kind === 'named' ? [`${alias}.source = ${bind(source.name, 'text')}`] : []),
    ].join(' AND ');
  const stored = `
SELECT ${columns('r')}, true AS is_stored FROM metric_rollups r
 WHERE r.user_id = ${user} AND r.metric_id = ANY (${metrics}) AND ${conditions('r')}
   AND r.local_start >= ${bind(timestampText(range.fromWallMs), 'timestamp')}
   AND r.local_start < ${bind(timestampText(range.toWallMs), 'timestamp')}`;
  if (marked.length === 0) return `rolled AS (${stored})`;
  const metricIds = bind(
    marked.map(({ metricId }) => metricId),
    'int2[]',
  );
  const days = bind(
    marked.map(({ day }) => day),
    'int4[]',
  );
  return `${computedRollupsSql(user, toDayRuns(marked), bind)},
rolled AS (${stored}
   AND NOT EXISTS (SELECT FROM unnest(${metricIds}, ${days}) AS m(metric_id, day)
                    WHERE m.metric_id = r.metric_id AND '1970-01-01'::date + m.day = r.local_start::date)
UNION ALL
SELECT ${columns('c')}, false FROM computed c WHERE ${conditions('c')}
)`;
}

/** One granularity for each source and local day: docs/decisions/019-roll-ups.md. */
const chosenSql = `
chosen AS (
SELECT DISTINCT ON (g.metric_id, g.source, g.day) g.metric_id, g.source, g.day, g.granularity
  FROM (SELECT metric_id, source, local_start AS day, granularity, sum(sum) AS sum, sum(samples) AS samples
          FROM rolled WHERE span = ${Granularity.day} AND part = 0 GROUP BY 1, 2, 3, 4) AS g
  JOIN asked a ON a.metric_id = g.metric_id
 ORDER BY g.metric_id, g.source, g.day, CASE WHEN a.aggregate = 'sum' THEN g.sum ELSE g.samples END DESC, g.granularity
)`;

function phonePiecesSql({ unit, fromWallMs, toWallMs }: BucketQuestion, bind: Bind): string {
  const isHour = unit === 'hour';
  const bucket = `date_trunc('${unit}', r.local_start)`;
  return `
pieces AS (
SELECT r.metric_id, r.part, r.source, r.granularity, extract(epoch FROM ${bucket})::float8 AS bucket,
       ${isHour ? 'r.zone_offset_minutes::int' : '0'} AS bucket_offset, r.samples, r.sum, r.min, r.max, r.last, r.last_at
  FROM rolled r JOIN chosen c
    ON c.metric_id = r.metric_id AND c.source = r.source AND c.granularity = r.granularity
   AND c.day = date_trunc('day', r.local_start)
 WHERE r.span = ${isHour ? Granularity.hour : Granularity.day}
   AND r.local_start >= ${bind(timestampText(fromWallMs), 'timestamp')}
   AND r.local_start < ${bind(timestampText(toWallMs), 'timestamp')}
)`;
}

/**
 * The best source of each bucket: docs/decisions/020-sources.md. By windows and without a join, because a plan that takes
 * the rows for a few compares each with each. Of the two parts of blood pressure the first decides for both.
 */
function shownSql(priority: string | null): string {
  if (priority === null) return 'shown AS (SELECT * FROM per_source)';
  return `
judged AS (
SELECT p.*, a.aggregate, min(p.finest) OVER w = max(p.coarsest) OVER w AS is_alike
  FROM per_source p JOIN asked a ON a.metric_id = p.metric_id
WINDOW w AS (PARTITION BY p.metric_id, p.bucket, p.bucket_offset)
),
ranked AS (
SELECT j.*, first_value(j.source) OVER (
         PARTITION BY j.metric_id, j.bucket, j.bucket_offset
         ORDER BY j.part, array_position(${priority}, j.source) NULLS LAST,
               CASE WHEN j.aggregate = 'latest' THEN j.last_pair[1]
                    WHEN j.aggregate <> 'sum' OR j.is_alike THEN j.samples ELSE 0 END DESC,
               CASE WHEN j.aggregate = 'sum' THEN j.sum ELSE j.samples END DESC, j.source) AS best
  FROM judged j
),
shown AS (SELECT * FROM ranked WHERE source = best)`;
}

/** The one statement that answers a question, as {@link BucketRow}s in the order of metric and bucket. */
export function bucketStatement(question: BucketQuestion): Statement {
  const values: unknown[] = [];
  const bind: Bind = (value, type) => `$${values.push(value)}::${type}`;
  const user = bind(question.userId, 'uuid');
  const metrics = bind(
    question.metrics.map(({ metricId }) => metricId),
    'int2[]',
  );
  const asked = bind(
    question.metrics.map(({ aggregate }) => aggregate),
    'text[]',
  );
  const { source, edgesMs } = question;
  const priority = source.kind === 'best' ? bind(source.priority, 'text[]') : null;
  const pieces = edgesMs === null ? phonePiecesSql(question, bind) : zonePiecesSql(question, user, bind);
  // Place 0 is before the first boundary, the last one is after the last.
  const within = edgesMs === null ? '' : `WHERE bucket BETWEEN 1 AND ${bind(edgesMs.length - 1, 'int4')}`;
  const sql = `
WITH asked AS (SELECT * FROM unnest(${metrics}, ${asked}) AS a(metric_id, aggregate)),
${rolledSql(question, user, metrics, bind)},
${chosenSql},
${pieces},
per_source AS (
SELECT metric_id, part, bucket, bucket_offset, source, sum(samples)::int AS samples, sum(sum) AS sum, min(min) AS min,
       max(max) AS max, max(ARRAY[extract(epoch FROM last_at)::float8, last]) AS last_pair,
       min(granularity) AS finest, max(granularity) AS coarsest
  FROM pieces ${within} GROUP BY 1, 2, 3, 4, 5
),
${shownSql(priority)}
SELECT metric_id, part, bucket, bucket_offset, source, samples, sum, min, max, last_pair[2] AS last,
       to_timestamp(last_pair[1]) AS last_at
  FROM shown
 ORDER BY metric_id, bucket, bucket_offset, source, part
 LIMIT ${bind(maxBucketRows + 1, 'int4')}`;
  return { sql, values };
}
