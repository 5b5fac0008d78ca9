import { builtInCatalogue } from '../../../src/catalogue/catalogue';
import { Granularity } from '../../../src/catalogue/granularity';
import type { AggregationKind, MetricDefinition } from '../../../src/catalogue/metric-definition';

/** Which person the dashboard shows: the value of its variable. */
export const person = "'$person'::uuid";

/** The order in which the person prefers the sources. */
export const priority = `(SELECT source_priority FROM users WHERE id = ${person})`;

/** The whole days that are shown; roll-ups are kept in the person's own clock, which the dashboard shows as if it were UTC. */
const shownDays = (column: string): string =>
  `${column} >= date_trunc('day', $__timeFrom()::timestamp) AND ${column} < $__timeTo()::timestamp`;

/** What a person's buckets of a metric are asked for. */
export interface BucketsWanted {
  readonly metric: string;
  readonly bucket: 'hour' | 'day';
  /** Names of the columns of the answer, and what is in them. */
  readonly columns: Readonly<Record<string, 'sum' | 'average' | 'low' | 'high' | 'latest'>>;
  /** 1 for the diastolic part of blood pressure. */
  readonly part?: 0 | 1;
}

const expressions = { sum: 'sum', average: 'sum / samples', low: 'low', high: 'high', latest: 'latest[2]' } as const;

/** Source by source, which one a bucket is made of, after the person's own preference: docs/decisions/020-sources.md. */
const bestFirst = {
  sum: 'CASE WHEN is_alike THEN samples ELSE 0 END DESC, sum DESC, source',
  average: 'samples DESC, source',
  max: 'samples DESC, source',
  latest: 'latest[1] DESC, samples DESC, source',
} as const satisfies Record<AggregationKind, string>;

/** The built-in metric of a name. Errors: throws for another one. */
export function metricOf(name: string): MetricDefinition {
  const metric = builtInCatalogue.find(name);
  if (metric === undefined) throw new Error(`the catalogue has no metric ${name}`);
  return metric;
}

/**
 * A query for buckets of one metric as `time` and the columns wanted, each bucket of one source, in the order of time.
 *
 * From the roll-ups alone, so a sync shows when they have been computed, some seconds after it; the rules are those of
 * `GET /v1/metrics/:name?bucket` (docs/decisions/019-roll-ups.md and 020-sources.md).
 */
export function bestBuckets({ metric, bucket, columns, part = 0 }: BucketsWanted): string {
  const { id, kind } = metricOf(metric);
  const spans = bucket === 'day' ? `= ${Granularity.day}` : `IN (${Granularity.hour}, ${Granularity.day})`;
  const finer = bucket === 'day' ? '' : ` AND granularity <= ${Granularity.hour}`;
  const span = Granularity[bucket];
  const shown = Object.entries(columns).map(([name, column]) => `${expressions[column]} AS "${name}"`);
  return `
WITH rolled AS (
  SELECT * FROM metric_rollups
   WHERE user_id = ${person} AND metric_id = ${id} AND span ${spans}${finer}
     AND ${shownDays('local_start')}
),
chosen AS (
  SELECT DISTINCT ON (source, day) source, day, granularity
    FROM (SELECT source, local_start AS day, granularity, sum(sum) AS sum, sum(samples) AS samples
            FROM rolled WHERE span = ${Granularity.day} AND part = 0 GROUP BY 1, 2, 3) AS g
   ORDER BY source, day, ${kind === 'sum' ? 'sum' : 'samples'} DESC, granularity
),
per_source AS (
  SELECT r.local_start AS time, r.source, sum(r.samples) AS samples, sum(r.sum) AS sum, min(r.min) AS low,
         max(r.max) AS high, max(ARRAY[extract(epoch FROM r.last_at)::float8, r.last]) AS latest,
         min(r.granularity) AS finest
    FROM rolled r
    JOIN chosen c ON c.source = r.source AND c.granularity = r.granularity AND c.day = date_trunc('day', r.local_start)
   WHERE r.span = ${span} AND r.part = ${part}
   GROUP BY 1, 2
),
judged AS (
  SELECT *, min(finest) OVER w = max(finest) OVER w AS is_alike FROM per_source WINDOW w AS (PARTITION BY time)
)
SELECT DISTINCT ON (time) time, ${shown.join(', ')}
  FROM judged
 ORDER BY time, array_position(${priority}, source) NULLS LAST, ${bestFirst[kind]}`.trim();
}
