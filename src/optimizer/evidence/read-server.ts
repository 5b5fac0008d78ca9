import type { ServerFacts } from './evidence';
import type { ReadingSession } from './reading-session';

interface DatabaseRow {
  name: string;
  version: number;
  bytes: number;
  hit: number;
  read: number;
  transaction_age: number;
  multixact_age: number;
  connections: number;
  max_connections: number;
}

const databaseSql = `
SELECT d.datname AS name, current_setting('server_version_num')::int AS version,
       pg_database_size(d.oid)::float8 AS bytes, s.blks_hit::float8 AS hit, s.blks_read::float8 AS read,
       age(d.datfrozenxid)::float8 AS transaction_age, mxid_age(d.datminmxid)::float8 AS multixact_age,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::float8 AS connections,
       current_setting('max_connections')::float8
         - current_setting('superuser_reserved_connections')::float8 AS max_connections
  FROM pg_database d JOIN pg_stat_database s ON s.datid = d.oid
 WHERE d.datname = current_database()`;

interface CheckpointsRow extends Record<string, unknown> {
  readonly timed: number;
  readonly requested: number;
  readonly wal_bytes: number;
}

// PostgreSQL 17 moved them.
const checkpointsSql =
  'SELECT checkpoints_timed::float8 AS timed, checkpoints_req::float8 AS requested, wal_bytes::float8 AS wal_bytes FROM pg_stat_bgwriter, pg_stat_wal';
const checkpointerSql =
  'SELECT num_timed::float8 AS timed, num_requested::float8 AS requested, wal_bytes::float8 AS wal_bytes FROM pg_stat_checkpointer, pg_stat_wal';

const constraintsSql = `
SELECT quote_ident(conname) AS name, conrelid::regclass::text AS table
  FROM pg_constraint JOIN pg_namespace n ON n.oid = connamespace
 WHERE NOT convalidated AND conrelid <> 0 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 ORDER BY 1`;

const slotsSql = `
SELECT slot_name AS name, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::float8 AS bytes
  FROM pg_replication_slots WHERE restart_lsn IS NOT NULL AND NOT pg_is_in_recovery()`;

/** Settings that rules judge; the values are as PostgreSQL uses them, in its own units. */
const settingNames = [
  'autovacuum',
  'autovacuum_vacuum_insert_scale_factor',
  'fsync',
  'full_page_writes',
  'max_connections',
  'max_locks_per_transaction',
  'max_wal_size',
  'shared_buffers',
  'synchronous_commit',
  'track_counts',
];

const settingsSql = 'SELECT name, setting FROM pg_settings WHERE name = ANY ($1)';

/** The server and the database as a whole. */
export async function readServer({ query, attempt }: ReadingSession): Promise<ServerFacts> {
  const [database] = await query<DatabaseRow>(databaseSql);
  if (database === undefined) throw new Error('the database does not know itself');
  const isNew = database.version >= 170_000;
  const [checkpoints] = await query<CheckpointsRow>(isNew ? checkpointerSql : checkpointsSql);
  const settings = await query<{ name: string; setting: string }>(settingsSql, [settingNames]);
  return {
    databaseName: database.name,
    databaseBytes: database.bytes,
    blocksHit: database.hit,
    blocksRead: database.read,
    transactionAge: database.transaction_age,
    multixactAge: database.multixact_age,
    connections: database.connections,
    maxConnections: database.max_connections,
    checkpointsTimed: checkpoints?.timed ?? 0,
    checkpointsRequested: checkpoints?.requested ?? 0,
    walBytes: checkpoints?.wal_bytes ?? 0,
    invalidConstraints: await query<{ name: string; table: string }>(constraintsSql),
    // Managed servers keep what replicates to themselves.
    slotsBehind: (await attempt(() => query<{ name: string; bytes: number }>(slotsSql))) ?? [],
    settings: new Map(settings.map(({ name, setting }) => [name, setting])),
  };
}
