import type { PoolClient } from 'pg';
import { rolledFamilies } from '../database/rollups/rolled-family';
import type { MemberBatch, MemberRows } from './member-batch';

const dayMs = 86_400_000;
const minuteMs = 60_000;

const markSql = `
INSERT INTO rollup_marks (user_id, metric_id, local_date)
SELECT DISTINCT ($1::uuid[])[member], metric_id, '1970-01-01'::date + day
  FROM unnest($2::int2[], $3::int2[], $4::int4[]) AS u(member, metric_id, day)
    ON CONFLICT DO NOTHING`;

/**
 * Marks the days of new rows that were written without the upsert, which marks them itself, so that their roll-ups are
 * computed again. Nothing to do for families that are not rolled up.
 *
 * Order: in the transaction of the rows, under the users' advisory locks.
 */
export async function markDays(
  client: PoolClient,
  members: readonly MemberBatch[],
  parts: readonly MemberRows[],
): Promise<void> {
  const { name } = (members[0] as MemberBatch).batch.family;
  const rolled = rolledFamilies.find(({ family }) => family === name);
  if (rolled === undefined) return;
  const touched = { members: [] as number[], metricIds: [] as number[], days: [] as number[] };
  for (const { member, rows } of parts) {
    const { batch } = members[member] as MemberBatch;
    const instants = batch.numbers('recorded_at').values;
    const offsets = batch.numbers('zone_offset_minutes').values;
    const metricIds = rolled.metricId === null ? batch.numbers('metric_id').values : null;
    const known = new Set<number>();
    let lastKey = Number.NaN;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      const day = Math.floor(((instants[row] as number) + (offsets[row] as number) * minuteMs) / dayMs);
      const metricId = metricIds === null ? (rolled.metricId as number) : (metricIds[row] as number);
      // Days have 22 bits, years 1 to 9999; ids are 16 bits.
      const key = metricId * 0x800000 + day;
      if (key === lastKey || known.has(key)) continue;
      lastKey = key;
      known.add(key);
      touched.members.push(member + 1);
      touched.metricIds.push(metricId);
      touched.days.push(day);
    }
  }
  const values = [members.map(({ userId }) => userId), touched.members, touched.metricIds, touched.days];
  await client.query({ name: 'mark_days', text: markSql, values });
}
