import type { Family } from '../catalogue/family';
import { rolledFamilies } from '../database/rollups/rolled-family';

/** A prepared statement: node-postgres parses it once a connection by its name. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** The rows of a group as a table `u`: `$1` the users, `$2` for each row its member, then one array a column. */
export function groupRows(family: Family, names: readonly string[], withPosition = false): string {
  const arrays = names.map((name, i) => {
    const column = family.columns.find((candidate) => candidate.name === name);
    return `$${i + 3}::${column?.type}[]`;
  });
  const position = withPosition ? [' WITH ORDINALITY', ', position'] : ['', ''];
  return `unnest($2::int2[], ${arrays.join(', ')})${position[0]} AS u(member, ${names.join(', ')}${position[1]})`;
}

/** A row's user. */
export const groupUser = '($1::uuid[])[u.member]';

/** A row's ingestion_seq: the parameter after those of {@link groupRows}. */
export function groupSeq(names: readonly string[]): string {
  return `($${names.length + 3}::bigint[])[u.member]`;
}

/** True when two rows, under these names, have the same key; no column of a key is ever NULL. */
export function sameKey(key: readonly string[], a: string, b: string): string {
  return key.map((name) => `${a}.${name} = ${b}.${name}`).join(' AND ');
}

/** The columns that say what a row holds, beside its key. */
export function changingColumns({ columns, key }: Family): string[] {
  return columns.map(({ name }) => name).filter((name) => !key.includes(name));
}

/** What a `SET` of an upsert has, by which the stored row `t` becomes the new one; the revision stops where its type does. */
export function replacement(family: Family): string {
  const set = [...changingColumns(family), 'ingestion_seq'].map((name) => `${name} = excluded.${name}`);
  return `${set.join(', ')}, revision = least(t.revision + 1, 32767)`;
}

/** True when two rows, under these names, differ in any of the columns. */
export function differs(columns: readonly string[], a: string, b: string): string {
  return `(${columns.map((name) => `${a}.${name}`)}) IS DISTINCT FROM (${columns.map((name) => `${b}.${name}`)})`;
}

/**
 * Marks the days of the rows that are new, for their roll-ups: one or two rows for a sync, of which most are there
 * already. What replaces a row is marked by a trigger, which also knows the day that the row was on before.
 *
 * `returning` is what the statement named `written` is to return beside `revision`, `mark` the statement after it.
 */
export function markOf({ name }: Family): { returning: string; mark: string } {
  const rolled = rolledFamilies.find(({ family }) => family === name);
  if (rolled === undefined) return { returning: '', mark: '' };
  return {
    returning: `, ${rolled.metricId === null ? 'metric_id' : `${rolled.metricId}::smallint AS metric_id`},
            ((recorded_at AT TIME ZONE 'UTC') + zone_offset_minutes * interval '1 minute')::date AS local_date`,
    mark: `,
marked AS (
  INSERT INTO rollup_marks (user_id, metric_id, local_date)
  SELECT DISTINCT user_id, metric_id, local_date FROM written WHERE revision = 0
      ON CONFLICT DO NOTHING
)`,
  };
}

/**
 * Writes one family's columns for a group, see {@link groupRows}, and marks the days that are touched.
 *
 * A row is new, or replaces the stored one when it comes from the same or a later ingestion and differs in any cell.
 * Returns for each user and account line how many were new and how many replaced one; the rest was unchanged. New is
 * told from replaced by `revision`, which no other way can under a partitioned parent (`xmax` cannot be read there).
 */
export function upsertStatement(family: Family): PreparedStatement {
  const names = family.columns.map((column) => column.name);
  const key = ['user_id', ...family.key];
  const changing = changingColumns(family);
  const { returning, mark } = markOf(family);
  return {
    name: `upsert_${family.name}`,
    text: `
WITH written AS (
  INSERT INTO ${family.table} AS t (user_id, ${names.join(', ')}, ingestion_seq)
  SELECT ${groupUser}, ${names.map((name) => `u.${name}`).join(', ')}, ${groupSeq(names)}
    FROM ${groupRows(family, names)}
  ON CONFLICT (${key.join(', ')}) DO UPDATE
     SET ${replacement(family)}
   WHERE excluded.ingestion_seq >= t.ingestion_seq AND ${differs(changing, 't', 'excluded')}
  RETURNING user_id, ${family.accountBy ?? 'NULL'} AS line, revision${returning}
)${mark}
SELECT user_id, line,
       count(*) FILTER (WHERE revision = 0)::int AS stored,
       count(*) FILTER (WHERE revision > 0)::int AS updated
  FROM written GROUP BY 1, 2`,
  };
}

/**
 * Which of the given keys a later ingestion holds; the arrays of {@link groupRows} are those of the key's columns.
 * Returns their `position` among the keys, from 1.
 */
export function heldByLaterStatement(family: Family): PreparedStatement {
  return {
    name: `held_by_later_${family.name}`,
    text: `
SELECT u.position::int
  FROM ${groupRows(family, family.key, true)}
  JOIN ${family.table} t ON t.user_id = ${groupUser} AND ${sameKey(family.key, 't', 'u')}
 WHERE t.ingestion_seq > ${groupSeq(family.key)}`,
  };
}
