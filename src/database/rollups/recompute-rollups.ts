import type { Transaction } from '../database.service';
import { bindInto } from './bind';
import { computedRollupsSql, rolledValues, rollupColumns } from './computed-rollups';
import { type MarkedDay, toDayRuns } from './day-runs';
import { rolledFamilies, rolledFamilyOf } from './rolled-family';

const takeMarksSql = `
DELETE FROM rollup_marks m
 USING (SELECT metric_id, local_date FROM rollup_marks WHERE user_id = $1
         ORDER BY metric_id, local_date LIMIT $2) AS due
 WHERE m.user_id = $1 AND m.metric_id = due.metric_id AND m.local_date = due.local_date
RETURNING m.metric_id, m.local_date - '1970-01-01'::date AS day`;

const key = rollupColumns.filter((name) => !rolledValues.some((value) => value === name));
const list = (alias: string, names: readonly string[]): string => names.map((name) => `${alias}.${name}`).join(', ');

/**
 * Deletes the roll-ups of the days that have no sample any more, and writes those that are new or differ.
 *
 * It is prepared, for making a plan over all partitions takes several times as long as a day's work; its text, and so its
 * name, differs by the families of the metrics alone.
 *
 * NOT IN is always looked up in a hash table. NOT EXISTS is joined, and a plan that takes the computed rows for a few
 * compares each with each.
 */
function recomputeStatement(userId: string, days: readonly MarkedDay[]) {
  const values: unknown[] = [];
  const bind = bindInto(values);
  const user = bind(userId, 'uuid');
  const metrics = bind(
    days.map(({ metricId }) => metricId),
    'int2[]',
  );
  const dates = bind(
    days.map(({ day }) => day),
    'int4[]',
  );
  const all = days.map(({ day }) => day);
  // Bounds of all days, so that the key is used whatever the statistics of a young table say.
  const at = (day: number): string => `('1970-01-01'::timestamp + make_interval(days => ${bind(day, 'int4')}))`;
  const families = rolledFamilies.filter((family) => days.some(({ metricId }) => rolledFamilyOf(metricId) === family));
  const sql = `
WITH ${computedRollupsSql(user, toDayRuns(days), bind)},
gone AS (
DELETE FROM metric_rollups r
 WHERE r.user_id = ${user} AND r.metric_id = ANY (${metrics}) AND r.span IN (2, 3)
   AND r.local_start >= ${at(Math.min(...all))} AND r.local_start < ${at(Math.max(...all) + 1)}
   AND (r.metric_id, r.local_start::date - '1970-01-01'::date)
       IN (SELECT d.metric_id, d.day FROM unnest(${metrics}, ${dates}) AS d(metric_id, day))
   AND (${list('r', key)}) NOT IN (SELECT ${list('c', key)} FROM computed c)
)
INSERT INTO metric_rollups AS r (user_id, ${rollupColumns.join(', ')})
SELECT ${user}, ${list('c', rollupColumns)} FROM computed c
    ON CONFLICT (user_id, ${key.join(', ')}) DO UPDATE
   SET (${rolledValues.join(', ')}) = ROW (${list('excluded', rolledValues)})
 WHERE (${list('r', rolledValues)}) IS DISTINCT FROM (${list('excluded', rolledValues)})`;
  return { sql, values, name: `recompute_${families.map(({ family }) => family).join('_')}` };
}

/**
 * Computes the roll-ups of a user's marked days, the first `maxDays` of them, and takes their marks away. Returns how
 * many days that were.
 *
 * ORDER: inside the transaction that holds the user's advisory lock, which all writers of samples hold: nothing of these
 * days can change between the reading of the samples and the commit.
 */
export async function recomputeRollups(tx: Transaction, userId: string, maxDays: number): Promise<number> {
  const taken = await tx.query<{ metric_id: number; day: number }>(takeMarksSql, [userId, maxDays], 'take_marks');
  if (taken.length === 0) return 0;
  const days = taken.map(({ metric_id: metricId, day }) => ({ metricId, day }));
  const { sql, values, name } = recomputeStatement(userId, days);
  await tx.query(sql, values, name);
  return days.length;
}
