import { Granularity } from '../../catalogue/granularity';
import type { Bind } from '../../database/rollups/computed-rollups';
import { rolledFamilies, rolledFamilyOf } from '../../database/rollups/rolled-family';
import type { BucketQuestion } from './bucket-question';

const parts = 'samples, sum, min, max, last, last_at';

/** What one row of `alias` adds to a bucket of a zone. */
function piece(alias: string, bucket: string): string {
  const columns = `${alias}.metric_id, ${alias}.part, ${alias}.source, ${alias}.granularity`;
  return `SELECT ${columns}, ${bucket} AS bucket, 0 AS bucket_offset, ${alias}.samples, ${alias}.sum, ${alias}.min,
       ${alias}.max, ${alias}.last, ${alias}.last_at`;
}

/** Samples of the hours that a boundary cuts, each in the bucket of its own instant. */
function cutHours(question: BucketQuestion, user: string, edges: string, bind: Bind): string[] {
  if (!question.cutsHours) return [];
  const [firstMs = 0, lastMs = 0] = [question.edgesMs?.[0], question.edgesMs?.at(-1)];
  const from = bind(firstMs / 1000 - 3600, 'float8');
  const to = bind(lastMs / 1000 + 3600, 'float8');
  const asked = new Set(question.metrics.map(({ metricId }) => rolledFamilyOf(metricId)));
  return rolledFamilies
    .filter((family) => asked.has(family))
    .flatMap((family) =>
      family.parts.map(
        ({ part, value, low, high }) => `
SELECT h.metric_id, h.part, h.source, h.granularity, width_bucket(t.recorded_at, ${edges}), 0, 1, ${value}, ${low}, ${high},
       ${value}, t.recorded_at
  FROM hours h
  JOIN ${family.table} t
    ON t.user_id = ${user} AND t.recorded_at >= h.starts_at AND t.recorded_at < h.starts_at + interval '1 hour'
   AND t.recorded_at >= to_timestamp(${from}) AND t.recorded_at < to_timestamp(${to})
   AND t.source = h.source AND t.granularity = h.granularity AND t.zone_offset_minutes = h.zone_offset_minutes
   AND ${family.metricId === null ? 't.metric_id = h.metric_id' : `h.metric_id = ${family.metricId}`}
 WHERE h.first_bucket <> h.last_bucket AND h.part = ${part}`,
      ),
    );
}

/**
 * The tables up to `pieces` of a WITH clause that has `rolled` and `chosen`, for buckets of a zone: days that lie in a
 * bucket as a whole, else their hours, else the samples of the hours that a boundary cuts. Marked days come from their
 * samples (`touched`).
 *
 * A sample that covers less than a day belongs to the bucket in which it begins; one that covers a day to the bucket in
 * which its middle lies, for the zone's day need not be the phone's, and a total cannot be cut.
 */
export function zonePiecesSql(question: BucketQuestion, user: string, bind: Bind): string {
  const edges = `${bind(
    question.edgesMs?.map((ms) => new Date(ms).toISOString()),
    'timestamptz[]',
  )}`;
  const place = (alias: string, length: string) => `
       width_bucket(${alias}.starts_at, ${edges}) AS first_bucket,
       width_bucket(${alias}.starts_at + interval '${length}' - interval '1 microsecond', ${edges}) AS last_bucket`;
  const startsAt = (alias: string) =>
    `(${alias}.local_start - make_interval(mins => ${alias}.zone_offset_minutes)) AT TIME ZONE 'UTC' AS starts_at`;
  const isDay = `granularity = ${Granularity.day}`;
  const touched =
    question.marked.length === 0
      ? []
      : [
          `
SELECT t.metric_id, t.part, t.source, t.granularity,
       width_bucket(t.recorded_at + CASE WHEN t.${isDay} THEN interval '12 hours' ELSE interval '0' END, ${edges}),
       0, 1, t.value, t.low, t.high, t.value, t.recorded_at
  FROM touched t JOIN chosen c
    ON c.metric_id = t.metric_id AND c.source = t.source AND c.granularity = t.granularity
   AND c.day = date_trunc('day', t.local_at)`,
        ];
  const pieces = [
    `${piece('d', 'd.first_bucket')} FROM days d WHERE d.first_bucket = d.last_bucket AND NOT d.${isDay}`,
    `${piece('d', `width_bucket(d.starts_at + interval '12 hours', ${edges})`)} FROM days d WHERE d.${isDay}`,
    `${piece('h', 'h.first_bucket')} FROM hours h WHERE h.first_bucket = h.last_bucket`,
    ...cutHours(question, user, edges, bind),
    ...touched,
  ];
  return `
days AS (
SELECT d.*, ${place('d', '1 day')}
  FROM (SELECT r.*, ${startsAt('r')} FROM rolled r JOIN chosen c
            ON c.metric_id = r.metric_id AND c.source = r.source AND c.granularity = r.granularity AND c.day = r.local_start
         WHERE r.is_stored) AS d
),
hours AS (
SELECT h.metric_id, h.part, h.source, h.granularity, h.zone_offset_minutes, h.starts_at, ${parts},
       ${place('h', '1 hour')}
  FROM (SELECT r.*, ${startsAt('r')}
          FROM (SELECT metric_id, local_start, zone_offset_minutes, source, granularity, part FROM days
                 WHERE first_bucket <> last_bucket AND NOT ${isDay}) AS d
          JOIN metric_rollups r
            ON r.user_id = ${user} AND r.metric_id = d.metric_id AND r.span = ${Granularity.hour}
           AND r.local_start >= d.local_start AND r.local_start < d.local_start + interval '1 day'
           AND r.zone_offset_minutes = d.zone_offset_minutes AND r.source = d.source
           AND r.granularity = d.granularity AND r.part = d.part) AS h
),
pieces AS (
${pieces.join('\nUNION ALL\n')}
)`;
}
