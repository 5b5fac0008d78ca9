import type { Service } from './service';

/** What every row of a person's data has. */
interface AnyRow {
  readonly source: string;
  readonly zone_offset_minutes: number;
  readonly flags: number;
  readonly revision: number;
}

/** A row of `heart_rate_metrics` or `quantity_metrics`; the latter has the last three columns too. */
export interface SampleRow extends AnyRow {
  readonly recorded_at: Date;
  readonly granularity: number;
  readonly value: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly metric_id: number;
  readonly context: string;
  readonly details: unknown;
}

/** A row of `blood_pressure_metrics`. */
export interface PressureRow extends AnyRow {
  readonly recorded_at: Date;
  readonly granularity: number;
  readonly systolic: number;
  readonly diastolic: number;
}

/** A row of `sleep_segments`. */
export interface SegmentRow extends AnyRow {
  readonly recorded_at: Date;
  readonly ended_at: Date;
  readonly stage: string;
}

/** A row of `sleep_metrics`; the date as `yyyy-MM-dd`. */
export interface NightRow extends AnyRow {
  readonly id: string;
  readonly wake_date: string;
  readonly started_at: Date;
  readonly ended_at: Date;
  readonly sleep_start_at: Date | null;
  readonly sleep_end_at: Date | null;
  readonly in_bed_start_at: Date | null;
  readonly in_bed_end_at: Date | null;
  readonly total_sleep_hours: number | null;
  readonly asleep_hours: number | null;
  readonly core_hours: number | null;
  readonly deep_hours: number | null;
  readonly rem_hours: number | null;
  readonly awake_hours: number | null;
  readonly in_bed_hours: number | null;
}

/** A row of `workouts`. */
export interface WorkoutRow extends AnyRow {
  readonly id: string;
  readonly name: string;
  readonly started_at: Date;
  readonly ended_at: Date;
  readonly duration_s: number | null;
  readonly location: string | null;
  readonly is_indoor: boolean | null;
  readonly active_energy_kcal: number | null;
  readonly total_energy_kcal: number | null;
  readonly distance_km: number | null;
  readonly min_heart_rate: number | null;
  readonly avg_heart_rate: number | null;
  readonly max_heart_rate: number | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly route_points: number;
  readonly series_points: number;
}

/** A row of `health_events`. */
export interface EventRow extends AnyRow {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly value: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A row of `ecg_recordings`. */
export interface EcgRow extends AnyRow {
  readonly id: string;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly classification: string | null;
  readonly severity: string | null;
  readonly average_heart_rate: number | null;
  readonly sampling_hz: number | null;
  readonly voltage_count: number;
}

interface RowByTable {
  heart_rate_metrics: SampleRow;
  quantity_metrics: SampleRow;
  blood_pressure_metrics: PressureRow;
  sleep_segments: SegmentRow;
  sleep_metrics: NightRow;
  workouts: WorkoutRow;
  health_events: EventRow;
  ecg_recordings: EcgRow;
}

const columnsOf: Partial<Record<keyof RowByTable, string>> = { sleep_metrics: '*, wake_date::text AS wake_date' };
const orderOf: Record<keyof RowByTable, string> = {
  heart_rate_metrics: 'recorded_at, source, granularity',
  quantity_metrics: 'metric_id, recorded_at, source, granularity, context',
  blood_pressure_metrics: 'recorded_at, source, granularity',
  sleep_segments: 'recorded_at, source, stage, ended_at',
  sleep_metrics: 'started_at, source',
  workouts: 'started_at, source',
  health_events: 'started_at, kind, name, source',
  ecg_recordings: 'started_at, source',
};

/** A user's rows of one table, in the order of its natural key. */
export function storedRows<Table extends keyof RowByTable>(
  service: Service,
  userId: string,
  table: Table,
): Promise<RowByTable[Table][]> {
  const columns = columnsOf[table] ?? '*';
  return service.sql(`SELECT ${columns} FROM ${table} WHERE user_id = $1 ORDER BY ${orderOf[table]}`, [userId]);
}

/** What the service writes in its own time after the commit, from the samples that are counted. */
const derivedTables = ['metric_rollups', 'rollup_marks'];

/** How many rows every table has that a request writes; partitions are counted in their parents. */
export async function countAllRows(service: Service): Promise<Readonly<Record<string, number>>> {
  const tables = await service.sql<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
       AND relname <> ALL ($1) ORDER BY 1`,
    [derivedTables],
  );
  const counts = tables.map(({ name }) => `SELECT '${name}' AS name, count(*)::int AS rows FROM "${name}"`);
  const rows = await service.sql<{ name: string; rows: number }>(counts.join(' UNION ALL '));
  return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
}
