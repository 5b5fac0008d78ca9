import type { TableFacts } from './evidence';
import type { ReadingSession } from './reading-session';

interface TableRow {
  name: string;
  root: string;
  is_partition: boolean;
  bounds: string | null;
  live_rows: number;
  dead_rows: number;
  changed_since_analyze: number;
  inserted_rows: number;
  changed_rows: number;
  bytes: number;
  scans: number;
  scanned_rows: number;
  index_scans: number;
  is_autovacuumed: boolean;
  analyzed_ago_s: number | null;
}

// Partitions are counted one by one, under the name of the table at the top.
const tablesSql = `
WITH RECURSIVE tree AS (
  SELECT c.oid, c.oid AS root
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
     AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT i.inhrelid, tree.root
    FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition)
SELECT c.oid::regclass::text AS name, tree.root::regclass::text AS root, c.relispartition AS is_partition,
       pg_get_expr(c.relpartbound, c.oid) AS bounds,
       greatest(s.n_live_tup, c.reltuples, 0)::float8 AS live_rows, s.n_dead_tup::float8 AS dead_rows,
       s.n_mod_since_analyze::float8 AS changed_since_analyze, s.n_tup_ins::float8 AS inserted_rows,
       (s.n_tup_upd + s.n_tup_del)::float8 AS changed_rows, pg_relation_size(c.oid)::float8 AS bytes,
       s.seq_scan::float8 AS scans, s.seq_tup_read::float8 AS scanned_rows,
       coalesce(s.idx_scan, 0)::float8 AS index_scans,
       coalesce((SELECT option_value::bool FROM pg_options_to_table(c.reloptions)
                  WHERE option_name = 'autovacuum_enabled'), true) AS is_autovacuumed,
       extract(epoch FROM now() - greatest(s.last_analyze, s.last_autoanalyze))::float8 AS analyzed_ago_s
  FROM tree JOIN pg_class c ON c.oid = tree.oid AND c.relkind = 'r'
  JOIN pg_stat_all_tables s ON s.relid = c.oid
 ORDER BY 1`;

/** All tables and partitions of this database but PostgreSQL's own, by name. */
export async function readTables({ query }: ReadingSession): Promise<TableFacts[]> {
  const rows = await query<TableRow>(tablesSql);
  return rows.map((row) => ({
    name: row.name,
    root: row.root,
    isPartition: row.is_partition,
    bounds: row.bounds,
    liveRows: row.live_rows,
    deadRows: row.dead_rows,
    changedSinceAnalyze: row.changed_since_analyze,
    insertedRows: row.inserted_rows,
    changedRows: row.changed_rows,
    bytes: row.bytes,
    scans: row.scans,
    scannedRows: row.scanned_rows,
    indexScans: row.index_scans,
    isAutovacuumed: row.is_autovacuumed,
    analyzedAgoS: row.analyzed_ago_s,
  }));
}

/** Tables by the name of the one at the top of their partitions. */
export function byRoot(tables: readonly TableFacts[]): ReadonlyMap<string, readonly TableFacts[]> {
  const roots = new Map<string, TableFacts[]>();
  for (const table of tables) {
    const parts = roots.get(table.root) ?? [];
    roots.set(table.root, parts);
    parts.push(table);
  }
  return roots;
}
