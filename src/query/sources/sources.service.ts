import { Injectable } from '@nestjs/common';
import { DataVersions } from '../../cache/data-versions.service';
import { Granularity } from '../../catalogue/granularity';
import { bumpDataVersions } from '../../database/data-version';
import { DatabaseService, type Transaction } from '../../database/database.service';
import { bindInto } from '../../database/rollups/bind';
import { computedRollupsSql } from '../../database/rollups/computed-rollups';
import { type MarkedDay, toDayRuns } from '../../database/rollups/day-runs';
import type { Identity } from '../../identity/identity';

/** A user's sources, and which of them are preferred where several measured the same. */
export interface SourcesAnswer {
  /** The best first; what is not in it comes after, by the data that it has. */
  readonly priority: readonly string[];
  /** Those of the latest days of each metric, by name. */
  readonly sources: readonly string[];
}

/** Roll-ups of days that are looked at, of each metric: some months of two devices. */
const latestDays = 200;

// Metrics are found by one look-up of the key each, for a list of all roll-ups would be read as a whole.
const sourcesSql = `
WITH RECURSIVE metrics AS (
  (SELECT metric_id FROM metric_rollups WHERE user_id = $1 ORDER BY metric_id LIMIT 1)
  UNION ALL
  SELECT (SELECT r.metric_id FROM metric_rollups r WHERE r.user_id = $1 AND r.metric_id > m.metric_id
           ORDER BY r.metric_id LIMIT 1)
    FROM metrics m WHERE m.metric_id IS NOT NULL
)
SELECT (SELECT source_priority FROM users WHERE id = $1) AS priority,
       (SELECT array_agg(DISTINCT latest.source ORDER BY latest.source)
          FROM metrics m
         CROSS JOIN LATERAL (SELECT r.source FROM metric_rollups r
                              WHERE r.user_id = $1 AND r.metric_id = m.metric_id AND r.span = ${Granularity.day}
                                AND NOT EXISTS (SELECT FROM rollup_marks k WHERE k.user_id = $1
                                                   AND k.metric_id = r.metric_id AND k.local_date = r.local_start::date)
                              ORDER BY r.local_start DESC LIMIT ${latestDays}) AS latest) AS sources,
       (SELECT json_agg(json_build_object('metricId', metric_id, 'day', local_date - '1970-01-01'::date))
          FROM (SELECT metric_id, local_date FROM rollup_marks WHERE user_id = $1
                 ORDER BY local_date DESC LIMIT ${latestDays}) AS latest) AS marked`;

interface SourcesRow extends Record<string, unknown> {
  readonly priority: string[] | null;
  readonly sources: string[] | null;
  readonly marked: MarkedDay[] | null;
}

/** The sources of the samples of marked days, whose roll-ups are not there yet. */
async function readMarkedSources(tx: Transaction, userId: string, marked: readonly MarkedDay[]): Promise<string[]> {
  if (marked.length === 0) return [];
  const values: unknown[] = [];
  const bind = bindInto(values);
  const samples = computedRollupsSql(bind(userId, 'uuid'), toDayRuns(marked), bind);
  const rows = await tx.query<{ source: string }>(`WITH ${samples} SELECT DISTINCT source FROM touched`, values);
  return rows.map(({ source }) => source);
}

const writeSql =
  'UPDATE users SET source_priority = $2 WHERE id = $1 AND source_priority IS DISTINCT FROM $2 RETURNING id';

/** Reads and sets the order of preference of a user's sources. */
@Injectable()
export class SourcesService {
  constructor(
    private readonly database: DatabaseService,
    private readonly versions: DataVersions,
  ) {}

  /** What there is and which are preferred; in one statement, and one more while days are marked. */
  read({ userId }: Identity): Promise<SourcesAnswer> {
    return this.database.inReadOnlyTransaction([userId], async (tx) => {
      const [row] = await tx.query<SourcesRow>(sourcesSql, [userId]);
      const ofMarked = await readMarkedSources(tx, userId, row?.marked ?? []);
      return { priority: row?.priority ?? [], sources: [...new Set([...(row?.sources ?? []), ...ofMarked])].sort() };
    });
  }

  /** Sets the preference; answers that were made before are no longer the newest. */
  async write({ userId }: Identity, priority: readonly string[]): Promise<void> {
    const versions = await this.database.inTransaction([userId], async (tx) => {
      const changed = await tx.query<{ id: string }>(writeSql, [userId, priority]);
      // Every answer that was made before may be another one now.
      return await bumpDataVersions(
        tx,
        changed.map(({ id }) => id),
        new Set([userId]),
      );
    });
    await this.versions.tell(versions);
  }
}
