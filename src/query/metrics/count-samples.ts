import type { Transaction } from '../../database/database.service';

/** How many samples of one metric a user has, and the time from the first to the last. */
export interface SampleCount {
  /** The family, or `sleep` for nights and segments. */
  readonly family: 'heart_rate' | 'blood_pressure' | 'quantity' | 'sleep';
  /** Only of quantities. */
  readonly metric_id: number | null;
  /** Name and unit of a metric that only this user has; null for those of the catalogue. */
  readonly own_name: string | null;
  readonly own_unit: string | null;
  readonly count: string;
  readonly first_at: Date;
  readonly last_at: Date;
}

const countSamplesSql = `
WITH counts AS (
  SELECT 'heart_rate' AS family, NULL::smallint AS metric_id,
         count(*) AS count, min(recorded_at) AS first_at, max(recorded_at) AS last_at
    FROM heart_rate_metrics WHERE user_id = $1
  UNION ALL
  SELECT 'blood_pressure', NULL, count(*), min(recorded_at), max(recorded_at)
    FROM blood_pressure_metrics WHERE user_id = $1
  UNION ALL
  SELECT 'quantity', metric_id, count(*), min(recorded_at), max(recorded_at)
    FROM quantity_metrics WHERE user_id = $1 GROUP BY metric_id
  UNION ALL
  SELECT 'sleep', NULL, count(*), min(started_at), max(ended_at)
    FROM sleep_metrics WHERE user_id = $1
  UNION ALL
  SELECT 'sleep', NULL, count(*), min(recorded_at), max(ended_at)
    FROM sleep_segments WHERE user_id = $1
)
SELECT c.family, c.metric_id, m.name AS own_name, m.unit AS own_unit, c.count, c.first_at, c.last_at
  FROM counts c LEFT JOIN user_metrics m ON m.user_id = $1 AND m.metric_id = c.metric_id
 WHERE c.count > 0`;

/** Counts everything that a user has, in one statement that reads the index of every partition. In no order. */
export function countSamples(tx: Transaction, userId: string): Promise<SampleCount[]> {
  return tx.query<SampleCount & Record<string, unknown>>(countSamplesSql, [userId]);
}
