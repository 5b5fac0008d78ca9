import { Granularity } from '../../catalogue/granularity';
import type { Bind } from './bind';
import type { DayRun } from './day-runs';
import { localTimeSql, type RolledFamily, rolledFamilies, rolledFamilyOf } from './rolled-family';

/**
 * How far in time a sample may be from the day of UTC that has the date of its own local day.
 * Source: offsets are within 15:59 hours (`catalogue/parse-instant.ts`).
 */
const maxOffset = `interval '16 hours'`;
const maxOffsetS = 16 * 3600;
const dayS = 86_400;

/** What a roll-up is made of, in this order, beside its place. */
export const rolledValues = ['samples', 'sum', 'min', 'max', 'last', 'last_at'] as const;

/** All columns of a roll-up but the user's. */
export const rollupColumns = [
  'metric_id',
  'span',
  'local_start',
  'zone_offset_minutes',
  'source',
  'granularity',
  'part',
  ...rolledValues,
] as const;

/** Aggregates samples `alias` (`value`, `low`, `high`, `recorded_at`); `last` and `last_at` are still one array. */
const aggregateSamples = `
       count(*)::int AS samples, sum(value) AS sum, min(low) AS min, max(high) AS max,
       max(ARRAY[extract(epoch FROM recorded_at)::float8, value]) AS last_pair`;

/** What splits the array of {@link aggregateSamples}. Of two samples of one instant the greater value is the last. */
const splitLastPair = 'last_pair[2] AS last, to_timestamp(last_pair[1]) AS last_at';

function samplesOf(family: RolledFamily, user: string, runs: readonly DayRun[], bind: Bind): string {
  const array = (pick: (run: DayRun) => number, type: string): string => bind(runs.map(pick), type);
  const lowS = Math.min(...runs.map(({ firstDay }) => firstDay)) * dayS - maxOffsetS;
  const highS = Math.max(...runs.map(({ lastDay }) => lastDay + 1)) * dayS + maxOffsetS;
  const metric = family.metricId === null ? 'AND t.metric_id = run.metric_id' : '';
  const parts = family.parts.map(({ part, value, low, high }) => `(${part}::int2, ${value}, ${low}, ${high})`);
  // The bounds of all runs let the plan leave out other partitions before it begins.
  return `
SELECT run.metric_id, ${localTimeSql} AS local_at, t.zone_offset_minutes, t.source, t.granularity, t.recorded_at, p.*
  FROM unnest(${array(({ metricId }) => metricId, 'int2[]')}, ${array(({ firstDay }) => firstDay, 'int4[]')},
              ${array(({ lastDay }) => lastDay, 'int4[]')}) AS days(metric_id, first_day, last_day)
 CROSS JOIN LATERAL (SELECT days.metric_id, '1970-01-01'::timestamp + make_interval(days => first_day) AS first_at,
                            '1970-01-01'::timestamp + make_interval(days => last_day + 1) AS end_at) AS run
  JOIN ${family.table} t
    ON t.user_id = ${user} ${metric}
   AND t.recorded_at >= (run.first_at - ${maxOffset}) AT TIME ZONE 'UTC'
   AND t.recorded_at < (run.end_at + ${maxOffset}) AT TIME ZONE 'UTC'
   AND t.recorded_at >= to_timestamp(${bind(lowS, 'float8')}) AND t.recorded_at < to_timestamp(${bind(highS, 'float8')})
   AND t.granularity <= ${Granularity.day}
   AND ${localTimeSql} >= run.first_at AND ${localTimeSql} < run.end_at
 CROSS JOIN LATERAL (VALUES ${parts.join(', ')}) AS p(part, value, low, high)`;
}

/**
 * Two tables of a WITH clause: `touched`, the samples of a user on these days that cover a day at most, and `computed`,
 * the roll-ups that they make, with {@link rollupColumns}. `user` is the placeholder of the user.
 *
 * An hour is one of the sample's own local time, so that zones of half and quarter hours line up for the person who lives
 * there; a day of two offsets has a row for each. Samples that cover a day are in roll-ups of days alone.
 */
export function computedRollupsSql(user: string, runs: readonly DayRun[], bind: Bind): string {
  const branches = rolledFamilies.flatMap((family) => {
    const own = runs.filter(({ metricId }) => rolledFamilyOf(metricId) === family);
    return own.length === 0 ? [] : [samplesOf(family, user, own, bind)];
  });
  const place = 'zone_offset_minutes, source, granularity, part';
  return `
touched AS (${branches.join(' UNION ALL ')}
),
touched_hours AS (
SELECT metric_id, date_trunc('hour', local_at) AS local_start, ${place}, ${aggregateSamples}
  FROM touched GROUP BY 1, 2, ${place}
),
computed AS (
SELECT metric_id, ${Granularity.hour}::int2 AS span, local_start, ${place}, samples, sum, min, max, ${splitLastPair}
  FROM touched_hours WHERE granularity <= ${Granularity.hour}
UNION ALL
SELECT metric_id, ${Granularity.day}::int2, local_start, ${place}, samples, sum, min, max, ${splitLastPair}
  FROM (SELECT metric_id, date_trunc('day', local_start) AS local_start, ${place}, sum(samples)::int AS samples,
               sum(sum) AS sum, min(min) AS min, max(max) AS max, max(last_pair) AS last_pair
          FROM touched_hours GROUP BY 1, 2, ${place}) AS touched_days
)`;
}
