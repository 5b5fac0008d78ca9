import { Injectable } from '@nestjs/common';
import { DatabaseService } from '../database/database.service';
import { retryTransient } from '../database/retry-transient';
import { recomputeRollups } from '../database/rollups/recompute-rollups';

/**
 * Most days of a metric that are computed in one transaction: some 20 ms for days of a thousand samples. The user's next
 * payload waits for it.
 */
export const daysAtOnce = 50;

/** Most users that one look finds. */
const usersAtOnce = 100;

const markedUsersSql = `
SELECT DISTINCT user_id FROM rollup_marks WHERE user_id > $1 ORDER BY user_id LIMIT ${usersAtOnce}`;

/** Keeps the roll-ups: what was marked stays marked until it is computed, and is answered from samples until then. */
@Injectable()
export class RollupService {
  constructor(private readonly database: DatabaseService) {}

  /** The next users in order of their ids that have marked days, at most 100; none when there are no more. */
  findMarkedUsers(afterUserId = '00000000-0000-0000-0000-000000000000'): Promise<readonly string[]> {
    return this.database.inReadOnlyTransaction([], async (tx) => {
      const rows = await tx.query<{ user_id: string }>(markedUsersSql, [afterUserId]);
      return rows.map(({ user_id: userId }) => userId);
    });
  }

  /** Computes the roll-ups of some of a user's marked days; returns how many that were, 0 when none is marked. */
  recompute(userId: string, maxDays = daysAtOnce): Promise<number> {
    return retryTransient(() =>
      this.database.inLockedTransaction([userId], (tx) => recomputeRollups(tx, userId, maxDays)),
    );
  }
}
