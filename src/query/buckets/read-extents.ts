import { Granularity } from '../../catalogue/granularity';
import type { Transaction } from '../../database/database.service';
import type { MarkedDay } from '../../database/rollups/day-runs';

/** What has to be known of some metrics before their buckets can be asked for. */
export interface Extents {
  /** The first and the last local day of any of them, in days since 1970; null when there is nothing. */
  readonly firstDay: number | null;
  readonly lastDay: number | null;
  readonly marked: readonly MarkedDay[];
  readonly priority: readonly string[];
}

interface ExtentRow extends Record<string, unknown> {
  readonly metric_id: number;
  readonly first_day: number | null;
  readonly last_day: number | null;
  readonly marked: number[] | null;
  readonly priority: string[] | null;
}

const epoch = `'1970-01-01'::date`;

// Least and greatest are single look-ups of the key, one metric at a time; ordered for the same reason as in find-metrics.
const extentsSql = `
SELECT a.metric_id,
       least((SELECT min(local_start)::date FROM metric_rollups r
               WHERE r.user_id = $1 AND r.metric_id = a.metric_id AND r.span = ${Granularity.day}),
             (SELECT min(local_date) FROM rollup_marks m WHERE m.user_id = $1 AND m.metric_id = a.metric_id))
         - ${epoch} AS first_day,
       greatest((SELECT max(local_start)::date FROM metric_rollups r
                  WHERE r.user_id = $1 AND r.metric_id = a.metric_id AND r.span = ${Granularity.day}),
                (SELECT max(local_date) FROM rollup_marks m WHERE m.user_id = $1 AND m.metric_id = a.metric_id))
         - ${epoch} AS last_day,
       (SELECT array_agg(local_date - ${epoch})
          FROM (SELECT local_date FROM rollup_marks m
                 WHERE m.user_id = $1 AND m.metric_id = a.metric_id ORDER BY local_date) AS in_order) AS marked,
       (SELECT source_priority FROM users WHERE id = $1) AS priority
  FROM unnest($2::int2[]) AS a(metric_id)`;

/** Reads what there is of some metrics of a user, in one statement. */
export async function readExtents(tx: Transaction, userId: string, metricIds: readonly number[]): Promise<Extents> {
  const rows = await tx.query<ExtentRow>(extentsSql, [userId, metricIds], 'read_extents');
  const firstDays = rows.flatMap(({ first_day: day }) => day ?? []);
  const lastDays = rows.flatMap(({ last_day: day }) => day ?? []);
  return {
    firstDay: firstDays.length === 0 ? null : Math.min(...firstDays),
    lastDay: lastDays.length === 0 ? null : Math.max(...lastDays),
    marked: rows.flatMap(({ metric_id: metricId, marked }) => (marked ?? []).map((day) => ({ metricId, day }))),
    priority: rows[0]?.priority ?? [],
  };
}
