import type { OpenQuery, Person } from './open-query';

/** Marks the days of all samples of a person, as writers mark those that they write. */
export async function markAll(query: OpenQuery, { userId }: Person): Promise<void> {
  for (const [table, metric] of [
    ['heart_rate_metrics', '101'],
    ['blood_pressure_metrics', '107'],
    ['quantity_metrics', 'metric_id'],
  ]) {
    await query.sql(
      `INSERT INTO rollup_marks
       SELECT DISTINCT user_id, ${metric}::int2,
              (recorded_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes))::date
         FROM ${table} WHERE user_id = $1 ON CONFLICT DO NOTHING`,
      [userId],
    );
  }
}
