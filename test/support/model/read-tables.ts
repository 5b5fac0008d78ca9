import type { Service } from '../service';
import type { Cells } from './model-row';

/** The metrics of the model by their number in the tables; numbers are in every row ever written, so they never change. */
const metricIds = {
  step_count: 1,
  walking_running_distance: 2,
  active_energy: 10,
  blood_oxygen_saturation: 109,
  blood_glucose: 110,
  weight_body_mass: 301,
  body_temperature: 307,
  walking_asymmetry_percentage: 403,
  sexual_activity: 605,
} as const;
const metricName = `CASE t.metric_id ${Object.entries(metricIds)
  .map(([name, id]) => `WHEN ${id} THEN '${name}'`)
  .join(
    ' ',
  )} ELSE (SELECT name || ' [' || unit || ']' FROM user_metrics u WHERE u.user_id = t.user_id AND u.metric_id = t.metric_id) END`;

const ms = (column: string): string => `(extract(epoch FROM t.${column}) * 1000)::float8`;
const whole = { offsetMinutes: 't.zone_offset_minutes', source: 't.source' };
const sample = { atMs: ms('recorded_at'), granularity: 't.granularity', isInferred: '(t.flags & 4) <> 0', ...whole };
const numbers = { value: 't.value', min: 't.min', max: 't.max' };
const thing = { atMs: ms('started_at'), endAtMs: ms('ended_at'), ...whole };

/** For each table, what the columns of the model are in it. */
const columnsOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  heart_rate_metrics: { ...sample, ...numbers },
  quantity_metrics: { ...sample, ...numbers, metric: metricName, context: 't.context' },
  blood_pressure_metrics: { ...sample, systolic: 't.systolic', diastolic: 't.diastolic' },
  sleep_segments: { atMs: ms('recorded_at'), endAtMs: ms('ended_at'), ...whole, stage: 't.stage' },
  sleep_metrics: { ...thing, wakeDate: 't.wake_date::text', core: 't.core_hours', total: 't.total_sleep_hours' },
  workouts: { ...thing, name: 't.name', km: 't.distance_km', points: 't.route_points', seconds: 't.duration_s' },
  health_events: { ...thing, kind: 't.kind', name: 't.name', value: 't.value' },
  ecg_recordings: {
    ...thing,
    classification: 't.classification',
    rate: 't.average_heart_rate',
    voltages: 't.voltage_count',
  },
};

const statement = `SELECT ${Object.entries(columnsOf)
  .map(([table, columns]) => {
    const pairs = Object.entries(columns).map(([name, expression]) => `'${name}', ${expression}`);
    return `(SELECT coalesce(json_agg(json_build_object(${pairs.join(', ')})), '[]') FROM ${table} t WHERE t.user_id = $1) AS ${table}`;
  })
  .join(',\n')}`;

/** All rows of a user, by table, in the columns of the model; tables without rows are left out. */
export async function readTables(service: Service, userId: string): Promise<Readonly<Record<string, Cells[]>>> {
  const [tables = {}] = await service.sql<Record<string, Cells[]>>(statement, [userId], 'model_tables');
  return Object.fromEntries(Object.entries(tables).filter(([, rows]) => rows.length > 0));
}

/** Rows in a form in which two sets of them can be compared: in one order, and numbers without the noise of floats. */
export function comparable(
  tables: Readonly<Record<string, readonly Cells[]>>,
): Readonly<Record<string, readonly string[]>> {
  const write = (row: Cells): string =>
    Object.keys(row)
      .sort()
      .map((name) => {
        const cell = row[name] ?? null;
        return `${name}=${typeof cell === 'number' ? Number(cell.toPrecision(13)) : JSON.stringify(cell)}`;
      })
      .join(' ');
  return Object.fromEntries(Object.entries(tables).map(([table, rows]) => [table, rows.map(write).sort()]));
}
