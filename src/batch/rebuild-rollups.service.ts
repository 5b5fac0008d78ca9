import { Injectable } from '@nestjs/common';
import { DatabaseService, type Transaction } from '../database/database.service';
import { rolledFamilies } from '../database/rollups/rolled-family';
import { RollupService } from './rollup.service';

/** How far a rebuild is, in marked days of metrics. */
export interface RebuildProgress {
  readonly doneDays: number;
  readonly totalDays: number;
}

const localDate = `(recorded_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes))::date`;

const markRolledSql = `
INSERT INTO rollup_marks SELECT DISTINCT user_id, metric_id, local_start::date FROM metric_rollups WHERE user_id = $1
    ON CONFLICT DO NOTHING`;

/** Marks the days of a user's samples; year by year, because each statement has a time limit of its own. */
async function markSamples(tx: Transaction, userId: string, table: string, metricId: number | null): Promise<void> {
  const [range] = await tx.query<{ first: number | null; last: number | null }>(
    `SELECT extract(year FROM min(recorded_at))::int AS first, extract(year FROM max(recorded_at))::int AS last
       FROM ${table} WHERE user_id = $1`,
    [userId],
  );
  if (range === undefined || range.first === null || range.last === null) return;
  for (let year = range.first; year <= range.last; year++) {
    await tx.query(
      `INSERT INTO rollup_marks
       SELECT DISTINCT user_id, ${metricId ?? 'metric_id'}::int2, ${localDate} FROM ${table}
        WHERE user_id = $1 AND recorded_at >= make_timestamptz($2, 1, 1, 0, 0, 0)
          AND recorded_at < make_timestamptz($2 + 1, 1, 1, 0, 0, 0)
           ON CONFLICT DO NOTHING`,
      [userId, year],
    );
  }
}

/** Computes everything anew. What is asked meanwhile is answered from samples, and is right. */
@Injectable()
export class RollupRebuild {
  constructor(
    private readonly database: DatabaseService,
    private readonly rollups: RollupService,
  ) {}

  /**
   * Marks all days of a user, those of samples and those of roll-ups, and computes them. Returns the number of days; tells
   * `onProgress` after each step. What is left undone by an interruption stays marked for the service.
   */
  async rebuild(userId: string, onProgress: (progress: RebuildProgress) => void): Promise<number> {
    const totalDays = await this.database.inLockedTransaction([userId], async (tx) => {
      await tx.query(markRolledSql, [userId]);
      for (const { table, metricId } of rolledFamilies) await markSamples(tx, userId, table, metricId);
      const [count] = await tx.query<{ days: number }>(
        'SELECT count(*)::int AS days FROM rollup_marks WHERE user_id = $1',
        [userId],
      );
      return count?.days ?? 0;
    });
    let doneDays = 0;
    for (let step = await this.rollups.recompute(userId); step > 0; step = await this.rollups.recompute(userId)) {
      doneDays += step;
      onProgress({ doneDays, totalDays: Math.max(totalDays, doneDays) });
    }
    return doneDays;
  }
}
