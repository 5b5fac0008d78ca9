import { decodeColumnBlock } from '../../catalogue/column-block';
import type { JsonObject } from '../../catalogue/json';
import type { Transaction } from '../../database/database.service';
import { notFound } from '../request/thing-id.pipe';
import { type RouteFeature, toRouteFeature } from './route-feature';
import { type SeriesPoint, toSeries } from './series-points';
import { summaryColumns, toSummary, type WorkoutColumns, type WorkoutSummary } from './workout-table';

/** A whole workout. */
export interface WorkoutAnswer extends WorkoutSummary {
  /** Whatever else the phone sent: `scalars` with their units as sent, `metadata`, and the rest. */
  readonly details: JsonObject;
  /** Null without a route, or without one point of it that can be drawn. */
  readonly route: RouteFeature | null;
  /** Points by the name that the phone gives each series. */
  readonly series: Readonly<Record<string, readonly SeriesPoint[]>>;
}

interface WorkoutRow extends WorkoutColumns {
  readonly started_at: Date;
  readonly details: JsonObject;
  readonly route: Buffer | null;
  readonly series: Buffer | null;
}

const findWorkoutSql = `
SELECT id, started_at, ${summaryColumns.join(', ')}, details, route, series
  FROM workouts
 WHERE user_id = $1 AND id = $2`;

/** One workout of a user with its route and series, in one statement. Errors: rejects with Problem 404 `not_found`. */
export async function findWorkout(tx: Transaction, userId: string, id: string): Promise<WorkoutAnswer> {
  const [row] = await tx.query<WorkoutRow>(findWorkoutSql, [userId, id]);
  if (row === undefined) throw notFound();
  return {
    ...toSummary(row.started_at.toISOString(), row),
    details: row.details,
    route: row.route === null ? null : toRouteFeature(decodeColumnBlock(row.route)),
    series: row.series === null ? {} : toSeries(decodeColumnBlock(row.series)),
  };
}
