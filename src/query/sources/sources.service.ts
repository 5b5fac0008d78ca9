import { Injectable } from '@nestjs/common';
import { DataVersions } from '../../cache/data-versions.service';
import { Granularity } from '../../catalogue/granularity';
import { bumpDataVersions } from '../../database/data-version';
import { DatabaseService } from '../../database/database.service';
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
                              ORDER BY r.local_start DESC LIMIT ${latestDays}) AS latest) AS sources`;

const writeSql =
  'UPDATE users SET source_priority = $2 WHERE id = $1 AND source_priority IS DISTINCT FROM $2 RETURNING id';

/** Reads and sets the order of preference of a user's sources. */
@Injectable()
export class SourcesService {
  constructor(
    private readonly database: DatabaseService,
    private readonly versions: DataVersions,
  ) {}

  /** What there is and which are preferred, in one statement. */
  read({ userId }: Identity): Promise<SourcesAnswer> {
    return this.database.inReadOnlyTransaction([userId], async (tx) => {
      const [row] = await tx.query<{ priority: string[] | null; sources: string[] | null }>(sourcesSql, [userId]);
      return { priority: row?.priority ?? [], sources: row?.sources ?? [] };
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
