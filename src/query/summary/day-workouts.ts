import type { Transaction } from '../../database/database.service';
import { dateText } from '../buckets/calendar';
import type { DayRange } from '../request/day-range';

/** A workout as a day shows it; what was not sent is null. */
export interface DayWorkout {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly startedAt: string;
  readonly durationS: number | null;
  readonly activeEnergyKcal: number | null;
  readonly distanceKm: number | null;
  /** Beats a minute. */
  readonly avgHeartRate: number | null;
}

interface WorkoutRow extends Record<string, unknown> {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly started_at: Date;
  readonly zone_offset_minutes: number;
  readonly duration_s: number | null;
  readonly active_energy_kcal: number | null;
  readonly distance_km: number | null;
  readonly avg_heart_rate: number | null;
}

/** Offsets are within 16 hours. */
const marginMs = 16 * 3_600_000;

/** Most workouts of one answer; a month has some sixty. */
const maxWorkouts = 5000;

const workoutsSql = `
SELECT id, name, source, started_at, zone_offset_minutes, duration_s, active_energy_kcal, distance_km, avg_heart_rate
  FROM workouts
 WHERE user_id = $1 AND started_at >= $2::timestamptz AND started_at < $3::timestamptz
 ORDER BY started_at, id LIMIT ${maxWorkouts}`;

/** The workouts of some days by the local date on which they began, in the order of time; one statement. */
export async function readWorkouts(
  tx: Transaction,
  userId: string,
  { fromWallMs, toWallMs }: DayRange,
): Promise<ReadonlyMap<string, readonly DayWorkout[]>> {
  const bounds = [userId, new Date(fromWallMs - marginMs), new Date(toWallMs + marginMs)];
  const byDate = new Map<string, DayWorkout[]>();
  for (const row of await tx.query<WorkoutRow>(workoutsSql, bounds)) {
    const date = dateText(row.started_at.getTime() + row.zone_offset_minutes * 60_000);
    const workout = {
      id: row.id,
      name: row.name,
      source: row.source,
      startedAt: row.started_at.toISOString(),
      durationS: row.duration_s,
      activeEnergyKcal: row.active_energy_kcal,
      distanceKm: row.distance_km,
      avgHeartRate: row.avg_heart_rate,
    };
    const others = byDate.get(date);
    if (others === undefined) byDate.set(date, [workout]);
    else others.push(workout);
  }
  return byDate;
}
