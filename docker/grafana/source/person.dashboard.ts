import { QueryVariableBuilder, VariableRefresh } from '@grafana/grafana-foundation-sdk/dashboard';
import { type BucketsWanted, bestBuckets, metricOf, person } from './best-buckets';
import { makeDashboard } from './dashboard';
import { nights } from './nights';
import type { AnyPanel, GraphStyle } from './panels';
import { postgres, sqlGraph, sqlTable } from './postgres-panels';

/** Who is there. */
const persons = 'SELECT name AS __text, id AS __value FROM users ORDER BY name, id';

const workouts = `
SELECT started_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes) AS "start", name AS "workout",
       duration_s AS "seconds", distance_km AS "km", active_energy_kcal AS "kcal", avg_heart_rate AS "mean heart rate",
       max_heart_rate AS "highest heart rate", source AS "source"
  FROM workouts
 WHERE user_id = ${person} AND started_at >= $__timeFrom()::timestamptz AND started_at < $__timeTo()::timestamptz
 ORDER BY started_at DESC LIMIT 200`.trim();

/** A graph of the days of one metric, by what suits it. */
function days(metric: string, title: string, style: GraphStyle, width?: number): AnyPanel {
  const { kind, unit } = metricOf(metric);
  const columns: BucketsWanted['columns'] = { [title.toLowerCase()]: kind === 'max' ? 'high' : kind };
  const content = { title, unit: `suffix:${unit}`, ...(width === undefined ? {} : { width }) };
  return sqlGraph(content, [bestBuckets({ metric, bucket: 'day', columns })], style);
}

const bars: GraphStyle = { kind: 'bars' };
const curve: GraphStyle = { kind: 'points', joinsGaps: true, isZoomed: true };
const bloodPressure = { metric: 'blood_pressure', bucket: 'day' } as const;

/** One person's own health, from the database itself. */
export const personDashboard = makeDashboard({
  uid: 'health-export-person',
  title: 'Health Export · A person',
  description:
    'Days and hours are those of the person’s own clock, each of one source: telephone and watch are never added up. A sync shows when its roll-ups are computed, some seconds after it.',
  datasource: 'grafana-postgresql-datasource',
  from: 'now-30d',
  timezone: 'utc',
  variables: [
    new QueryVariableBuilder('person')
      .label('Person')
      .datasource(postgres)
      .query(persons)
      .refresh(VariableRefresh.OnDashboardLoad),
  ],
  rows: [
    {
      title: 'Heart',
      panels: [
        sqlGraph(
          { title: 'Heart rate by hour', unit: 'suffix:count/min', width: 24 },
          [
            bestBuckets({
              metric: 'heart_rate',
              bucket: 'hour',
              columns: { lowest: 'low', mean: 'average', highest: 'high' },
            }),
          ],
          { isZoomed: true },
        ),
        days('resting_heart_rate', 'Resting heart rate', curve, 12),
        days('heart_rate_variability', 'Heart rate variability', curve, 12),
      ],
    },
    {
      title: 'Sleep',
      panels: [
        sqlGraph({ title: 'Nights by stage', unit: 'h', width: 16 }, [nights], { kind: 'stacked bars' }),
        days('respiratory_rate', 'Respiratory rate', curve),
      ],
    },
    {
      title: 'Activity',
      panels: [
        days('step_count', 'Steps', bars),
        sqlGraph(
          { title: 'Energy', unit: 'suffix:kcal' },
          [
            bestBuckets({ metric: 'active_energy', bucket: 'day', columns: { active: 'sum' } }),
            bestBuckets({ metric: 'basal_energy_burned', bucket: 'day', columns: { resting: 'sum' } }),
          ],
          { kind: 'stacked bars' },
        ),
        days('apple_exercise_time', 'Exercise', bars),
        days('walking_running_distance', 'Distance on foot', bars),
        days('flights_climbed', 'Flights climbed', bars),
        days('vo2_max', 'VO2 max', curve),
      ],
    },
    {
      title: 'Body',
      panels: [
        days('weight_body_mass', 'Weight', curve),
        days('body_fat_percentage', 'Body fat', curve),
        sqlGraph(
          { title: 'Blood pressure', unit: 'suffix:mmHg' },
          [
            bestBuckets({ ...bloodPressure, columns: { systolic: 'average' } }),
            bestBuckets({ ...bloodPressure, part: 1, columns: { diastolic: 'average' } }),
          ],
          curve,
        ),
        days('blood_oxygen_saturation', 'Blood oxygen', curve),
        days('body_temperature', 'Body temperature', curve),
        days('mindful_minutes', 'Mindful minutes', bars),
      ],
    },
    {
      title: 'Workouts',
      panels: [
        sqlTable({ title: 'Workouts', unit: 'short', description: 'The newest 200 of the time shown.' }, workouts),
      ],
    },
  ],
});
