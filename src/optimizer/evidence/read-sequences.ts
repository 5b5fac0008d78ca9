import type { SequenceFacts } from './evidence';
import type { ReadingSession } from './reading-session';

interface SequenceRow {
  name: string;
  last_value: number;
  max_value: number;
  table_name: string | null;
  column_name: string | null;
}

// A column is full when its type is, whatever the sequence thinks: integer columns with bigint sequences are common.
const sequencesSql = `
SELECT c.oid::regclass::text AS name, q.last_value::float8 AS last_value,
       least(q.max_value, CASE a.atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647
                                          ELSE q.max_value END)::float8 AS max_value,
       d.refobjid::regclass::text AS table_name, a.attname AS column_name
  FROM pg_sequences q
  JOIN pg_namespace n ON n.nspname = q.schemaname
  JOIN pg_class c ON c.relname = q.sequencename AND c.relnamespace = n.oid
  LEFT JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.refobjsubid > 0
                       AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
  LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
 WHERE q.last_value IS NOT NULL AND q.increment_by > 0 AND NOT q.cycle
 ORDER BY 1`;

/** The sequences that rise to an end and have been used. */
export async function readSequences({ query }: ReadingSession): Promise<SequenceFacts[]> {
  const rows = await query<SequenceRow>(sequencesSql);
  return rows.map((row) => ({
    name: row.name,
    lastValue: row.last_value,
    maxValue: row.max_value,
    table: row.table_name,
    column: row.column_name,
  }));
}
