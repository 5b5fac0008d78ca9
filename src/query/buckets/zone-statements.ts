import { Granularity } from '../../catalogue/granularity';
import { type Bind, bindInto } from '../../database/rollups/bind';
import { computedRollupsSql } from '../../database/rollups/computed-rollups';
import { type DayRun, type MarkedDay, toDayRuns } from '../../database/rollups/day-runs';
import { rolledFamilies, rolledFamilyOf } from '../../database/rollups/rolled-family';
import { timestampFromMs } from '../paging/instant-text';
import type { Statement } from '../paging/read-page';
import type { Piece } from './bucket-question';

const hourMs = 3_600_000;

/** Samples in a bucket of a zone, added up. */
export interface PlacedPiece extends Piece {
  /** Its place among the edges. */
  readonly bucket: number;
}

/** Hours of one local day and offset in a bucket, added up; an hour that a boundary cuts by itself. */
export interface HoursPiece extends PlacedPiece {
  readonly zone_offset_minutes: number;
  /** The local day, in s as if it were UTC. */
  readonly day_s: number;
  /** When a cut hour begins, in s as if it were UTC; else null. */
  readonly cut_s: number | null;
}

/** The same of marked days, still of every granularity. */
export interface MarkedPiece extends PlacedPiece {
  /** The local day, in s as if it were UTC. */
  readonly day_s: number;
}

/** What a {@link PlacedPiece} is made of: `t` has `recorded_at`, `value`, `low` and `high`. */
const added = `count(*)::int AS samples, sum(t.value) AS sum, min(t.low) AS min, max(t.high) AS max,
       (max(ARRAY[date_part('epoch', t.recorded_at), t.value]))[2] AS last, date_part('epoch', max(t.recorded_at)) AS last_s`;

function bindEdges(edgesMs: readonly number[], bind: Bind): string {
  return bind(edgesMs.map(timestampFromMs), 'timestamptz[]');
}

/** The stored hours of these days as {@link HoursPiece}s, in no order. */
export function hoursStatement(userId: string, runs: readonly DayRun[], edgesMs: readonly number[]): Statement {
  const values: unknown[] = [];
  const bind = bindInto(values);
  const user = bind(userId, 'uuid');
  const edges = bindEdges(edgesMs, bind);
  const [metrics, firstDays, lastDays] = [
    runs.map(({ metricId }) => metricId),
    runs.map(({ firstDay }) => firstDay),
    runs.map(({ lastDay }) => lastDay),
  ];
  const at = (days: string): string => `('1970-01-01'::timestamp + make_interval(days => ${days}))`;
  const startsAt = `(r.local_start - make_interval(mins => r.zone_offset_minutes)) AT TIME ZONE 'UTC'`;
  const last = `max(ARRAY[date_part('epoch', h.last_at), h.last])`;
  const sql = `
SELECT h.metric_id, h.part, h.source, h.granularity, h.zone_offset_minutes, h.bucket,
       date_part('epoch', date_trunc('day', h.local_start)) AS day_s,
       CASE WHEN h.bucket <> h.last_bucket THEN date_part('epoch', h.local_start) END AS cut_s,
       sum(h.samples)::int AS samples, sum(h.sum) AS sum, min(h.min) AS min, max(h.max) AS max,
       (${last})[2] AS last, (${last})[1] AS last_s
  FROM (SELECT r.*, width_bucket(${startsAt}, ${edges}) AS bucket,
               width_bucket(${startsAt} + interval '1 hour' - interval '1 microsecond', ${edges}) AS last_bucket
          FROM unnest(${bind(metrics, 'int2[]')}, ${bind(firstDays, 'int4[]')}, ${bind(lastDays, 'int4[]')})
               AS run(metric_id, first_day, last_day)
          JOIN metric_rollups r
            ON r.user_id = ${user} AND r.metric_id = run.metric_id AND r.span = ${Granularity.hour}
           AND r.local_start >= ${at('run.first_day')} AND r.local_start < ${at('run.last_day + 1')}
           AND r.local_start >= ${at(bind(Math.min(...firstDays), 'int4'))}
           AND r.local_start < ${at(bind(Math.max(...lastDays) + 1, 'int4'))}) AS h
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`;
  return { sql, values };
}

/** The samples of these cut hours as {@link PlacedPiece}s, each in the bucket of its own instant. */
export function cutHoursStatement(userId: string, hours: readonly HoursPiece[], edgesMs: readonly number[]): Statement {
  const values: unknown[] = [];
  const bind = bindInto(values);
  const user = bind(userId, 'uuid');
  const edges = bindEdges(edgesMs, bind);
  const branches = rolledFamilies.flatMap((family) => {
    const own = hours.filter(({ metric_id: metricId }) => rolledFamilyOf(metricId) === family);
    if (own.length === 0) return [];
    const array = (pick: (hour: HoursPiece) => unknown, type: string): string => bind(own.map(pick), type);
    const startsAtMs = own.map((hour) => ((hour.cut_s ?? 0) - hour.zone_offset_minutes * 60) * 1000);
    const instant = (ms: number): string => bind(timestampFromMs(ms), 'timestamptz');
    const parts = family.parts.map(({ part, value, low, high }) => `(${part}::int2, ${value}, ${low}, ${high})`);
    return [
      `
SELECT h.metric_id, h.source, h.granularity, t.recorded_at, p.*
  FROM unnest(${array((hour) => hour.metric_id, 'int2[]')}, ${array((hour) => hour.source, 'text[]')},
              ${array((hour) => hour.granularity, 'int2[]')}, ${array((hour) => hour.zone_offset_minutes, 'int2[]')},
              ${bind(
                startsAtMs.map(timestampFromMs),
                'timestamptz[]',
              )}) AS h(metric_id, source, granularity, zone_offset_minutes, starts_at)
  JOIN ${family.table} t
    ON t.user_id = ${user} AND t.recorded_at >= h.starts_at AND t.recorded_at < h.starts_at + interval '1 hour'
   AND t.recorded_at >= ${instant(Math.min(...startsAtMs))}
   AND t.recorded_at < ${instant(Math.max(...startsAtMs) + hourMs)}
   AND t.source = h.source AND t.granularity = h.granularity AND t.zone_offset_minutes = h.zone_offset_minutes
   ${family.metricId === null ? 'AND t.metric_id = h.metric_id' : ''}
 CROSS JOIN LATERAL (VALUES ${parts.join(', ')}) AS p(part, value, low, high)`,
    ];
  });
  const sql = `
SELECT t.metric_id, t.part, t.source, t.granularity, width_bucket(t.recorded_at, ${edges}) AS bucket, ${added}
  FROM (${branches.join('\nUNION ALL')}) AS t
 GROUP BY 1, 2, 3, 4, 5`;
  return { sql, values };
}

/** The samples of marked days as {@link MarkedPiece}s. One that covers a day lies where its middle does. */
export function markedStatement(userId: string, marked: readonly MarkedDay[], edgesMs: readonly number[]): Statement {
  const values: unknown[] = [];
  const bind = bindInto(values);
  const user = bind(userId, 'uuid');
  const edges = bindEdges(edgesMs, bind);
  const middle = `CASE WHEN t.granularity = ${Granularity.day} THEN interval '12 hours' ELSE interval '0' END`;
  const sql = `
WITH ${computedRollupsSql(user, toDayRuns(marked), bind)}
SELECT t.metric_id, t.part, t.source, t.granularity, width_bucket(t.recorded_at + ${middle}, ${edges}) AS bucket,
       date_part('epoch', date_trunc('day', t.local_at)) AS day_s, ${added}
  FROM touched t
 GROUP BY 1, 2, 3, 4, 5, 6`;
  return { sql, values };
}
