import type { IndexFacts } from './evidence';
import type { ReadingSession } from './reading-session';

interface IndexRow {
  name: string;
  root: string;
  is_partitioned_root: boolean;
  table_name: string;
  root_table: string;
  definition: string;
  likeness: string;
  keys: string[];
  method: string;
  is_unique: boolean;
  is_bound: boolean;
  is_valid: boolean;
  is_being_built: boolean;
  is_summarising: boolean;
  bytes: number;
  scans: number;
  entries: number;
  entry_bytes: number | null;
  age_transactions: number;
}

/**
 * An entry of a B-tree is a header of 8 bytes, its values, and 4 bytes in the page's directory; it is aligned to 8. The
 * widths are those of the last analyze, or of the type where it is fixed.
 */
const indexesSql = `
WITH RECURSIVE tree AS (
  SELECT x.indexrelid AS oid, x.indexrelid AS root
    FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE NOT c.relispartition AND c.relpersistence <> 't'
     AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT i.inhrelid, tree.root FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid),
widths AS (
  SELECT x.indexrelid,
         8 * ceil((8 + sum(coalesce(s.avg_width, CASE WHEN a.attlen > 0 THEN a.attlen END))) / 8.0) + 4 AS entry_bytes,
         bool_and(s.avg_width IS NOT NULL OR a.attlen > 0) AND min(key.attnum) > 0 AS is_known
    FROM pg_index x
   CROSS JOIN unnest(x.indkey::int2[]) AS key (attnum)
    JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = key.attnum
    LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = t.relname AND s.attname = a.attname
   GROUP BY 1)
SELECT c.oid::regclass::text AS name, tree.root::regclass::text AS root,
       top.relkind = 'I' AND c.oid = top.oid AS is_partitioned_root,
       x.indrelid::regclass::text AS table_name,
       (SELECT indrelid::regclass::text FROM pg_index WHERE indexrelid = tree.root) AS root_table,
       pg_get_indexdef(c.oid) AS definition,
       concat_ws(' ', am.amname, (x.indkey::int2[])[x.indnkeyatts : x.indnatts - 1], x.indnullsnotdistinct, pg_get_expr(x.indpred, x.indrelid),
                 pg_get_expr(x.indexprs, x.indrelid)) AS likeness,
       ARRAY(SELECT concat_ws(' ', x.indkey[i], x.indclass[i], x.indcollation[i], x.indoption[i])
               FROM generate_series(0, x.indnkeyatts - 1) AS i ORDER BY i) AS keys,
       am.amname AS method, x.indisunique AS is_unique,
       x.indisprimary OR x.indisexclusion OR x.indisreplident
         OR EXISTS (SELECT FROM pg_constraint WHERE conindid = tree.root OR conindid = c.oid) AS is_bound,
       x.indisvalid AND x.indisready AS is_valid,
       EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = c.oid) AS is_being_built,
       am.amname <> 'brin' OR coalesce((SELECT option_value::bool FROM pg_options_to_table(c.reloptions)
                                         WHERE option_name = 'autosummarize'), false) AS is_summarising,
       pg_relation_size(c.oid)::float8 AS bytes, coalesce(s.idx_scan, 0)::float8 AS scans,
       greatest(c.reltuples, t.n_live_tup, 0)::float8 AS entries,
       CASE WHEN am.amname = 'btree' AND x.indpred IS NULL AND w.is_known THEN w.entry_bytes::float8 END AS entry_bytes,
       least(age(c.xmin), 2147483647)::float8 AS age_transactions
  FROM tree JOIN pg_class c ON c.oid = tree.oid JOIN pg_index x ON x.indexrelid = c.oid
  JOIN pg_class top ON top.oid = tree.root JOIN pg_am am ON am.oid = c.relam
  LEFT JOIN widths w ON w.indexrelid = c.oid
  LEFT JOIN pg_stat_all_indexes s ON s.indexrelid = c.oid
  LEFT JOIN pg_stat_all_tables t ON t.relid = x.indrelid
 ORDER BY 1`;

/** All indexes and their parts of this database but PostgreSQL's own, by name. */
export async function readIndexes({ query }: ReadingSession): Promise<IndexFacts[]> {
  const rows = await query<IndexRow>(indexesSql);
  return rows.map((row) => ({
    name: row.name,
    root: row.root,
    isPartitionedRoot: row.is_partitioned_root,
    table: row.table_name,
    rootTable: row.root_table,
    definition: row.definition,
    likeness: row.likeness,
    keys: row.keys,
    method: row.method,
    isUnique: row.is_unique,
    isBound: row.is_bound,
    isValid: row.is_valid,
    isBeingBuilt: row.is_being_built,
    isSummarising: row.is_summarising,
    bytes: row.bytes,
    scans: row.scans,
    entries: row.entries,
    entryBytes: row.entry_bytes,
    ageTransactions: row.age_transactions,
  }));
}
