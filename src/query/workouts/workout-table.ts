import { isoFromUs } from '../paging/instant-text';
import type { PagedTable } from '../paging/read-page';
import { type MarkedRow, type Marks, markColumns, marksOf } from '../paging/row-marks';

/** What a list says of a workout; what was not sent is null. */
export interface WorkoutSummary extends Marks {
  readonly id: string;
  /** As the phone calls it, in its own language. */
  readonly name: string;
  readonly source: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationS: number | null;
  readonly location: string | null;
  readonly isIndoor: boolean | null;
  readonly activeEnergyKcal: number | null;
  readonly totalEnergyKcal: number | null;
  readonly distanceKm: number | null;
  /** Beats a minute. */
  readonly minHeartRate: number | null;
  readonly avgHeartRate: number | null;
  readonly maxHeartRate: number | null;
  readonly routePoints: number;
  readonly seriesPoints: number;
}

/** {@link summaryColumns} as they are read. */
export interface WorkoutColumns extends MarkedRow {
  readonly id: string;
  readonly name: string;
  readonly source: string;
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
  readonly route_points: number;
  readonly series_points: number;
}

type WorkoutRow = WorkoutColumns & { readonly started_us: string };

/** What a summary is made of, beside the id and the start. */
export const summaryColumns = [
  'name',
  'source',
  'ended_at',
  'duration_s',
  'location',
  'is_indoor',
  'active_energy_kcal',
  'total_energy_kcal',
  'distance_km',
  'min_heart_rate',
  'avg_heart_rate',
  'max_heart_rate',
  'route_points',
  'series_points',
  ...markColumns,
] as const;

/** The summary of a row; `startedAt` apart, because it is read in two ways. */
export function toSummary(startedAt: string, row: WorkoutColumns): WorkoutSummary {
  return {
    id: row.id,
    name: row.name,
    source: row.source,
    startedAt,
    endedAt: row.ended_at.toISOString(),
    durationS: row.duration_s,
    location: row.location,
    isIndoor: row.is_indoor,
    activeEnergyKcal: row.active_energy_kcal,
    totalEnergyKcal: row.total_energy_kcal,
    distanceKm: row.distance_km,
    minHeartRate: row.min_heart_rate,
    avgHeartRate: row.avg_heart_rate,
    maxHeartRate: row.max_heart_rate,
    routePoints: row.route_points,
    seriesPoints: row.series_points,
    ...marksOf(row),
  };
}

/** Workouts by their start. */
export const workoutTable: PagedTable<WorkoutRow, WorkoutSummary> = {
  table: 'workouts',
  key: [
    { name: 'started_at', type: 'instant' },
    { name: 'id', type: 'uuid' },
  ],
  columns: summaryColumns,
  toItem: (row) => toSummary(isoFromUs(row.started_us), row),
};
