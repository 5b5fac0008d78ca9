import { Granularity } from '../../catalogue/granularity';
import { bindInto } from '../../database/rollups/bind';
import { computedRollupsSql } from '../../database/rollups/computed-rollups';
import { toDayRuns } from '../../database/rollups/day-runs';
import { timestampFromMs } from '../paging/instant-text';
import type { Statement } from '../paging/read-page';
import type { BucketQuestion, Piece } from './bucket-question';
import { ceilTo, floorTo } from './calendar';

/** Offsets are within 16 hours, and a day that overlaps a bucket may begin a day before it. */
const zoneMarginMs = 40 * 3_600_000;

/**
 * Most roll-ups that one answer is made of: ten years of days of ten metrics with four sources. One more is asked for, to
 * know that there are more. A roll-up takes some 4 µs of the process, most of it to be read from the connection.
 */
export const maxRolledRows = 150_000;

/** An hour or a day of the samples' own local time. */
export interface RolledRow extends Piece {
  readonly span: number;
  /** Its wall-clock reading, in s as if it were UTC. */
  readonly start_s: number;
  readonly zone_offset_minutes: number;
  /** False where it was computed from the samples of a marked day. */
  readonly is_stored: boolean;
}

/** A statement, with the name that it is prepared under unless it reads samples, whose tables have partitions. */
type RolledStatement = Statement & { readonly name?: string };

/** The columns of a {@link RolledRow} of the roll-ups `alias`, but for `is_stored`. */
function rolledColumns(alias: string): string {
  const own = (names: string): string => names.replace(/\w+/g, `${alias}.$&`);
  return `${own('metric_id, part, source, granularity, span')}, date_part('epoch', ${alias}.local_start) AS start_s,
       ${own('zone_offset_minutes, samples, sum, min, max, last')}, date_part('epoch', ${alias}.last_at) AS last_s`;
}

/** The wall-clock readings between which the roll-ups lie that the buckets are made of: whole days, end exclusive. */
export function readRangeOf({ fromWallMs, toWallMs, edgesMs }: Omit<BucketQuestion, 'marked'>): {
  readonly fromWallMs: number;
  readonly toWallMs: number;
} {
  if (edgesMs === null) return { fromWallMs: floorTo('day', fromWallMs), toWallMs: ceilTo('day', toWallMs) };
  const [firstMs = 0, lastMs = 0] = [edgesMs[0], edgesMs.at(-1)];
  return { fromWallMs: floorTo('day', firstMs - zoneMarginMs), toWallMs: ceilTo('day', lastMs + zoneMarginMs) };
}

/**
 * The roll-ups that a question is answered from, as {@link RolledRow}s in no order: days, and for the phone's own hours
 * those too. Marked days come from their samples.
 *
 * It reads and no more: which of them count is found out in the process, four times as fast as by joins and windows of
 * a plan that cannot know how few sources and granularities a person has (docs/decisions/027-buckets-in-the-process.md).
 */
export function rolledStatement(question: BucketQuestion): RolledStatement {
  const { userId, unit, edgesMs, source, marked } = question;
  const values: unknown[] = [];
  const bind = bindInto(values);
  const user = bind(userId, 'uuid');
  const metrics = bind(
    question.metrics.map(({ metricId }) => metricId),
    'int2[]',
  );
  const range = readRangeOf(question);
  const needsHours = unit === 'hour' && edgesMs === null;
  const conditions = (alias: string): string =>
    [
      `${alias}.span IN (${needsHours ? `${Granularity.hour}, ` : ''}${Granularity.day})`,
      ...(unit === 'hour' ? [`${alias}.granularity <= ${Granularity.hour}`] : []),
      ...(source.kind === 'named' ? [`${alias}.source = ${bind(source.name, 'text')}`] : []),
    ].join(' AND ');
  const stored = `
SELECT ${rolledColumns('r')}, true AS is_stored FROM metric_rollups r
 WHERE r.user_id = ${user} AND r.metric_id = ANY (${metrics}) AND ${conditions('r')}
   AND r.local_start >= ${bind(timestampFromMs(range.fromWallMs), 'timestamp')}
   AND r.local_start < ${bind(timestampFromMs(range.toWallMs), 'timestamp')}`;
  const limit = `LIMIT ${bind(maxRolledRows + 1, 'int4')}`;
  if (marked.length === 0) {
    // All that its text depends on.
    const name = `read_rollups_${needsHours ? 'hours' : 'days'}_for_${unit === 'hour' ? 'hours' : 'days'}_of_${source.kind}`;
    return { sql: `${stored}\n ${limit}`, values, name };
  }
  const metricIds = bind(
    marked.map(({ metricId }) => metricId),
    'int2[]',
  );
  const days = bind(
    marked.map(({ day }) => day),
    'int4[]',
  );
  const sql = `
WITH ${computedRollupsSql(user, toDayRuns(marked), bind)}
${stored}
   AND NOT EXISTS (SELECT FROM unnest(${metricIds}, ${days}) AS m(metric_id, day)
                    WHERE m.metric_id = r.metric_id AND '1970-01-01'::date + m.day = r.local_start::date)
UNION ALL
SELECT ${rolledColumns('c')}, false FROM computed c WHERE ${conditions('c')}
 ${limit}`;
  return { sql, values };
}
