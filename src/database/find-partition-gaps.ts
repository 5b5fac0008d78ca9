import type { QueryResultRow } from 'pg';
import { partitionedTables } from './keep-partitions';

// The bounds in SQL's own words: FROM ('2025-01-01 00:00:00+00') TO (…), the first range FROM (MINVALUE).
const gapsSql = `
WITH ranges AS (
  SELECT parent.relname AS table_name,
         regexp_match(pg_get_expr(child.relpartbound, child.oid), 'FROM \\(''?([^'')]+)''?\\) TO \\(''([^'']+)''\\)') AS bounds
    FROM pg_class parent
    JOIN pg_namespace n ON n.oid = parent.relnamespace AND n.nspname = current_schema()
    JOIN pg_inherits i ON i.inhparent = parent.oid
    JOIN pg_class child ON child.oid = i.inhrelid
   WHERE parent.relkind = 'p' AND parent.relname = ANY ($1)
)
SELECT DISTINCT wanted.table_name
  FROM unnest($1::text[]) AS wanted (table_name)
 CROSS JOIN unnest($2::timestamptz[]) AS t (instant)
 WHERE NOT EXISTS (
         SELECT FROM ranges r
          WHERE r.table_name = wanted.table_name
            AND coalesce(nullif(r.bounds[1], 'MINVALUE')::timestamptz, '-infinity') <= t.instant
            AND r.bounds[2]::timestamptz > t.instant)
 ORDER BY 1`;

/** Names of the partitioned tables that have no partition for one of these instants. Any role may ask. */
export async function findPartitionGaps(
  query: <Row extends QueryResultRow>(sql: string, values: readonly unknown[]) => Promise<Row[]>,
  instants: readonly Date[],
): Promise<string[]> {
  const rows = await query<{ table_name: string }>(gapsSql, [[...partitionedTables.keys()], instants]);
  return rows.map((row) => row.table_name);
}
