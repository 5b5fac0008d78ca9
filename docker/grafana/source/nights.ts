import { person, priority } from './best-buckets';

/** A gap of two hours between two stages ends a sleep: `query/sleep/sleep-sessions.ts`. */
const maxGap = `interval '2 hours'`;

const sleepStages = `('core', 'deep', 'rem', 'asleep')`;
const hoursOf = (stage: string): string => `sum(hours) FILTER (WHERE stage = '${stage}')`;

/**
 * The night of each day of waking up, with the hours of its stages: what the phone added up itself, or stages that are
 * put together here; of several accounts that of the preferred source, else the one with stages, else the longest. Less
 * than three hours are a nap, more than 24 cannot be true. The order is that of `GET /v1/sleep/days`.
 */
export const nights = `
WITH spans AS (
  SELECT source, stage, recorded_at, ended_at, zone_offset_minutes,
         recorded_at - max(ended_at) OVER (
           PARTITION BY source ORDER BY recorded_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
         ) > ${maxGap} AS begins
    FROM sleep_segments
   WHERE user_id = ${person} AND ended_at > recorded_at
     AND recorded_at >= $__timeFrom()::timestamptz - interval '1 day' AND recorded_at < $__timeTo()::timestamptz
),
numbered AS (
  SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY source ORDER BY recorded_at) AS sleep FROM spans
),
stages AS (
  SELECT source, sleep, stage, range_agg(tstzrange(recorded_at, ended_at)) AS covered,
         max(ended_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes)) AS ended_at
    FROM numbered GROUP BY 1, 2, 3
),
timed AS (
  SELECT source, sleep, stage, ended_at,
         (SELECT sum(extract(epoch FROM upper(part) - lower(part))) / 3600 FROM unnest(covered) AS part) AS hours
    FROM stages
),
accounts AS (
  SELECT source, (max(ended_at) FILTER (WHERE stage IN ${sleepStages}))::date AS wake_date, ${hoursOf('core')} AS core,
         ${hoursOf('deep')} AS deep, ${hoursOf('rem')} AS rem, ${hoursOf('asleep')} AS asleep,
         ${hoursOf('awake')} AS awake, sum(hours) FILTER (WHERE stage IN ${sleepStages}) AS total, 1 AS basis
    FROM timed GROUP BY source, sleep
   UNION ALL
  SELECT source, wake_date, core_hours, deep_hours, rem_hours, asleep_hours, awake_hours, total_sleep_hours, 0
    FROM sleep_metrics
   WHERE user_id = ${person}
     AND ended_at >= $__timeFrom()::timestamptz - interval '1 day' AND ended_at < $__timeTo()::timestamptz
)
SELECT DISTINCT ON (wake_date) wake_date::timestamp AS time, core AS "core", deep AS "deep", rem AS "REM",
       asleep AS "asleep", awake AS "awake"
  FROM accounts
 WHERE total BETWEEN 3 AND 24
 ORDER BY wake_date, array_position(${priority}, source) NULLS LAST,
          coalesce(core, 0) + coalesce(deep, 0) + coalesce(rem, 0) > 0 DESC, total DESC, basis, source`.trim();
