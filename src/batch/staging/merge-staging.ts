import type { PoolClient } from 'pg';
import { type Family, isTimed } from '../../catalogue/family';
import { changingColumns, differs, markOf, replacement, sameKey } from '../upsert-statement';
import { inRange, type Region, rangeParameters } from './region';
import { columnsOf, stagedMarks, stagedTable } from './staging-tables';

/** What merging did to the real rows. */
export interface MergeCounts {
  stored: number;
  updated: number;
  deleted: number;
}

function sameStagedKey(family: Family): string {
  return sameKey(['user_id', ...family.key], 's', 't');
}

function deleteSql(schema: string, family: Family): string {
  return `
WITH deleted AS (
  DELETE FROM ${schema}.${family.table} t
   WHERE t.user_id = $1 AND ${inRange(family, 't', 3)} AND t.ingestion_seq = ANY ($2::bigint[])
     AND NOT EXISTS (SELECT FROM ${stagedTable(family)} s WHERE ${sameStagedKey(family)})
  RETURNING 1)
SELECT count(*)::int AS deleted FROM deleted`;
}

/**
 * Whether a staged row may take a real one's place: what lies in the region and is written anew, always; anything else
 * only when it is not the later one.
 */
function mayReplace(family: Family): string {
  return `(s.ingestion_seq >= t.ingestion_seq OR t.ingestion_seq = ANY ($2::bigint[]) AND ${inRange(family, 't', 3)})`;
}

function upsertSql(schema: string, family: Family): string {
  const columns = columnsOf(family);
  const key = ['user_id', ...family.key];
  const { returning, mark } = markOf(family);
  // A timed row is where the staged one is, so that the plan need look nowhere else.
  const bounds = isTimed(family) ? `AND ${inRange(family, 't', 3)}` : '';
  return `
WITH written AS (
  INSERT INTO ${schema}.${family.table} AS t (${columns.join(', ')})
  SELECT ${columns.map((name) => `s.${name}`).join(', ')}
    FROM ${stagedTable(family)} s LEFT JOIN ${schema}.${family.table} t ON ${sameStagedKey(family)} ${bounds}
   WHERE s.user_id = $1 AND s.ingestion_seq = ANY ($2::bigint[])
     AND (t.user_id IS NULL OR ${mayReplace(family)} AND ${differs(changingColumns(family), 's', 't')})
   ORDER BY ${key.map((name) => `s.${name}`).join(', ')}
  ON CONFLICT (${key.join(', ')}) DO UPDATE
     SET ${replacement(family)}
  RETURNING user_id, revision${returning})${mark}
SELECT count(*) FILTER (WHERE revision = 0)::int AS stored, count(*) FILTER (WHERE revision > 0)::int AS updated
  FROM written`;
}

/**
 * Makes the real rows of a region what the staged ones are: removes those of the ingestions `seqs` that were not staged,
 * and writes those of them that differ. What is the same is not touched, and neither are rows of other ingestions, but
 * where an ingestion of `seqs` is the later one. The days of what changes are marked for their roll-ups.
 *
 * Order: under the user's advisory lock.
 */
export async function mergeStaging(
  client: PoolClient,
  schema: string,
  userId: string,
  region: Region,
  seqs: readonly string[],
): Promise<MergeCounts> {
  const counts: MergeCounts = { stored: 0, updated: 0, deleted: 0 };
  // What was staged has marked days too; what is merged marks those that change.
  await client.query(`DELETE FROM ${stagedMarks}`);
  for (const [family, range] of region) {
    const values = [userId, seqs, ...rangeParameters(range)];
    await client.query(`ANALYZE ${stagedTable(family)}`);
    const deleted = await client.query(deleteSql(schema, family), values);
    const upserted = await client.query(upsertSql(schema, family), values);
    counts.deleted += deleted.rows[0].deleted;
    counts.stored += upserted.rows[0].stored;
    counts.updated += upserted.rows[0].updated;
  }
  await client.query(`INSERT INTO ${schema}.rollup_marks SELECT * FROM ${stagedMarks} ON CONFLICT DO NOTHING`);
  return counts;
}

/** Of families whose rows have ids of the app's own, which rows can be at another time in another ingestion. */
const movable: Readonly<Record<string, string>> = { workout: 'true', event: `t.kind = 'state_of_mind'` };

/** True when a row of the family has its time in its id or key, so that it is nowhere else in any ingestion. */
export function isMovable(family: Family): boolean {
  return movable[family.name] !== undefined;
}

/**
 * True when a real row of the region is to go, or to be an older ingestion's again: an ingestion that lies outside of the
 * region may then hold the same thing at another time, and has to be asked. Only of families that {@link isMovable}.
 */
export async function mayHaveMoved(
  client: PoolClient,
  schema: string,
  family: Family,
  userId: string,
  region: Region,
  seqs: readonly string[],
): Promise<boolean> {
  const range = region.get(family);
  if (range === undefined) return false;
  const { rows } = await client.query(
    `SELECT FROM ${schema}.${family.table} t LEFT JOIN ${stagedTable(family)} s ON ${sameStagedKey(family)}
      WHERE t.user_id = $1 AND ${inRange(family, 't', 3)} AND t.ingestion_seq = ANY ($2::bigint[])
        AND ${movable[family.name]} AND (s.id IS NULL OR s.ingestion_seq < t.ingestion_seq) LIMIT 1`,
    [userId, seqs, ...rangeParameters(range)],
  );
  return rows.length > 0;
}
