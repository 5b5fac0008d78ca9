import type { ColumnType, Family, FamilyColumn } from './family';

/** Turns `{ name: type }` into columns, in the order written. */
function columns(types: Readonly<Record<string, ColumnType>>): readonly FamilyColumn[] {
  return Object.entries(types).map(([name, type]) => ({ name, type }));
}

/** `heart_rate`: one number with its lowest and highest, dense enough to have a table of its own. */
export const heartRateFamily: Family = {
  name: 'heart_rate',
  table: 'heart_rate_metrics',
  columns: columns({
    recorded_at: 'timestamptz',
    source: 'text',
    granularity: 'int2',
    value: 'float8',
    min: 'float8',
    max: 'float8',
    zone_offset_minutes: 'int2',
    flags: 'int2',
  }),
  key: ['recorded_at', 'source', 'granularity'],
};

/** `blood_pressure`: two numbers a sample, in mmHg. */
export const bloodPressureFamily: Family = {
  name: 'blood_pressure',
  table: 'blood_pressure_metrics',
  columns: columns({
    recorded_at: 'timestamptz',
    source: 'text',
    granularity: 'int2',
    systolic: 'float8',
    diastolic: 'float8',
    zone_offset_minutes: 'int2',
    flags: 'int2',
  }),
  key: ['recorded_at', 'source', 'granularity'],
};

/**
 * Every other metric whose sample is a number.
 *
 * `context` tells apart readings of one instant that are added or compared separately (bolus and basal insulin,
 * complete and incomplete hand-washing, before and after a meal), so it is part of the key; `details` is what
 * belongs to a reading without telling it apart.
 */
export const quantityFamily: Family = {
  name: 'quantity',
  table: 'quantity_metrics',
  columns: columns({
    metric_id: 'int2',
    recorded_at: 'timestamptz',
    source: 'text',
    granularity: 'int2',
    context: 'text',
    value: 'float8',
    min: 'float8',
    max: 'float8',
    zone_offset_minutes: 'int2',
    flags: 'int2',
    details: 'jsonb',
  }),
  key: ['metric_id', 'recorded_at', 'source', 'granularity', 'context'],
  accountBy: 'metric_id',
};

/** Parts of a night as the watch saw them: one stage from `recorded_at` to `ended_at`. */
export const sleepSegmentFamily: Family = {
  name: 'sleep_segment',
  table: 'sleep_segments',
  columns: columns({
    recorded_at: 'timestamptz',
    source: 'text',
    stage: 'text',
    ended_at: 'timestamptz',
    zone_offset_minutes: 'int2',
    flags: 'int2',
  }),
  key: ['recorded_at', 'source', 'stage', 'ended_at'],
};

/** Nights and naps as the phone added them up; hours as sent. `started_at`/`ended_at` span all that is known. */
export const sleepNightFamily: Family = {
  name: 'sleep_night',
  table: 'sleep_metrics',
  columns: columns({
    id: 'uuid',
    source: 'text',
    wake_date: 'date',
    started_at: 'timestamptz',
    ended_at: 'timestamptz',
    sleep_start_at: 'timestamptz',
    sleep_end_at: 'timestamptz',
    in_bed_start_at: 'timestamptz',
    in_bed_end_at: 'timestamptz',
    total_sleep_hours: 'float8',
    asleep_hours: 'float8',
    core_hours: 'float8',
    deep_hours: 'float8',
    rem_hours: 'float8',
    awake_hours: 'float8',
    in_bed_hours: 'float8',
    zone_offset_minutes: 'int2',
    flags: 'int2',
  }),
  key: ['id'],
};

/** Workouts; `route` and `series` are compressed column blocks (src/catalogue/column-block.ts). */
export const workoutFamily: Family = {
  name: 'workout',
  table: 'workouts',
  columns: columns({
    id: 'uuid',
    name: 'text',
    source: 'text',
    started_at: 'timestamptz',
    ended_at: 'timestamptz',
    duration_s: 'float8',
    location: 'text',
    is_indoor: 'bool',
    active_energy_kcal: 'float8',
    total_energy_kcal: 'float8',
    distance_km: 'float8',
    min_heart_rate: 'float8',
    avg_heart_rate: 'float8',
    max_heart_rate: 'float8',
    details: 'jsonb',
    route: 'bytea',
    route_points: 'int4',
    series: 'bytea',
    series_points: 'int4',
    zone_offset_minutes: 'int2',
    flags: 'int2',
  }),
  key: ['id'],
};

/** Symptoms, cycle tracking, states of mind, medications and heart-rate notifications. */
export const eventFamily: Family = {
  name: 'event',
  table: 'health_events',
  columns: columns({
    id: 'uuid',
    kind: 'text',
    name: 'text',
    source: 'text',
    started_at: 'timestamptz',
    ended_at: 'timestamptz',
    value: 'text',
    details: 'jsonb',
    zone_offset_minutes: 'int2',
    flags: 'int2',
  }),
  key: ['id'],
  accountBy: 'kind',
};

/** Electrocardiograms; `voltages` is a compressed column block. */
export const ecgFamily: Family = {
  name: 'ecg',
  table: 'ecg_recordings',
  columns: columns({
    id: 'uuid',
    source: 'text',
    started_at: 'timestamptz',
    ended_at: 'timestamptz',
    classification: 'text',
    severity: 'text',
    average_heart_rate: 'float8',
    sampling_hz: 'float8',
    voltage_count: 'int4',
    voltages: 'bytea',
    details: 'jsonb',
    zone_offset_minutes: 'int2',
    flags: 'int2',
  }),
  key: ['id'],
};

/** All families. ORDER: every write transaction takes them in this order; another order deadlocks. */
export const families: readonly Family[] = [
  heartRateFamily,
  bloodPressureFamily,
  quantityFamily,
  sleepSegmentFamily,
  sleepNightFamily,
  workoutFamily,
  eventFamily,
  ecgFamily,
];
