import type { Family } from '../catalogue/family';

/** A prepared statement: node-postgres parses it once a connection by its name. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** One array parameter a column, from `$3` on. */
function unnestOf(family: Family, names: readonly string[]): string {
  const arrays = names.map((name, i) => {
    const column = family.columns.find((candidate) => candidate.name === name);
    return `$${i + 3}::${column?.type}[]`;
  });
  return `unnest(${arrays.join(', ')})`;
}

/**
 * Writes one family's columns: `$1` the user, `$2` the ingestion_seq, then one array a column.
 *
 * A row is new, or replaces the stored one when it comes from the same or a later ingestion and differs in any cell.
 * Returns for each account line how many were new and how many replaced one; the rest was unchanged. New is told from
 * replaced by `revision`, which no other way can under a partitioned parent (`xmax` cannot be read there).
 */
export function upsertStatement(family: Family): PreparedStatement {
  const names = family.columns.map((column) => column.name);
  const key = ['user_id', ...family.key];
  const changing = names.filter((name) => !family.key.includes(name));
  const set = [...changing, 'ingestion_seq'].map((name) => `${name} = excluded.${name}`);
  const distinct = `(${changing.map((name) => `t.${name}`)}) IS DISTINCT FROM (${changing.map((name) => `excluded.${name}`)})`;
  return {
    name: `upsert_${family.name}`,
    text: `
WITH written AS (
  INSERT INTO ${family.table} AS t (user_id, ${names.join(', ')}, ingestion_seq)
  SELECT $1::uuid, ${names.map((name) => `u.${name}`).join(', ')}, $2::bigint 
    FROM ${unnestOf(family, names)} AS u(${names.join(', ')})
  ON CONFLICT (${key.join(', ')}) DO UPDATE
     SET ${set.join(', ')}, revision = least(t.revision + 1, 32767)
   WHERE excluded.ingestion_seq >= t.ingestion_seq AND ${distinct}
  RETURNING ${family.accountBy ?? 'NULL'} AS line, revision
)
SELECT line,
       count(*) FILTER (WHERE revision = 0)::int AS stored,
       count(*) FILTER (WHERE revision > 0)::int AS updated
  FROM written GROUP BY 1`,
  };
}

/**
 * Which of the given keys a later ingestion holds: `$1` the user, `$2` the ingestion_seq, then one array a key column.
 * Returns their `position` among the keys, from 1.
 */
export function heldByLaterStatement(family: Family): PreparedStatement {
  const join = family.key.map((name) => `t.${name} = u.${name}`).join(' AND ');
  return {
    name: `held_by_later_${family.name}`,
    text: `
SELECT u.position::int
  FROM ${unnestOf(family, family.key)} WITH ORDINALITY AS u(${family.key.join(', ')}, position)
  JOIN ${family.table} t ON t.user_id = $1::uuid AND ${join}
 WHERE t.ingestion_seq > $2::bigint`,
  };
}
