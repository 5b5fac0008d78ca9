import { clampMebibytes, MEBIBYTE } from './machine-resources';

/** What the settings are sized from. */
export interface MachineSize {
  memoryBytes: number;
  cores: number;
}

/**
 * A reply of 2xx promises that the data is on the disk. These three keep that promise, and nothing, neither
 * `extraSettings` nor an edited postgresql.conf, can lower them.
 */
const DURABILITY: Record<string, string> = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
};

/**
 * The settings of our own PostgreSQL for a machine of this size, by name, in PostgreSQL's spelling.
 *
 * It shares the machine with the service and Redis, so it is given about half of the memory: a quarter as its own
 * buffers, the rest as the system's file cache. Under 2 GiB it takes an eighth, because Node alone needs 200 MB.
 * `extraSettings` win over the sized ones, the durability settings win over everything.
 */
export function sizePostgresSettings(
  { memoryBytes, cores }: MachineSize,
  extraSettings: Record<string, string> = {},
): Record<string, string> {
  const isSmall = memoryBytes < 2048 * MEBIBYTE;
  // More than 4 GiB pays only when the hot data is larger than that; the file cache serves the rest.
  const sharedBuffers = clampMebibytes(memoryBytes / (isSmall ? 8 : 4), 32, 4096);
  // Recovery after a crash replays at most this much, and the disk has to hold it.
  const maxWal = clampMebibytes(memoryBytes / 8, 512, 4096);
  return {
    // Only programs of this machine, and no socket file that would need a directory all of them can enter.
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // In the process list this tells whose server it is.
    cluster_name: 'health_export',
    // The pool holds 20; the rest is for the worker, the command line, the migrations and a person looking in.
    max_connections: '100',
    // A statement that cannot be narrowed to a few partitions locks each of them and its keys: 81 for 39 partitions.
    max_locks_per_transaction: '256',

    shared_buffers: `${sharedBuffers}MB`,
    // Allocates nothing: tells the planner how much of the data it may hope to find in memory.
    effective_cache_size: `${clampMebibytes(memoryBytes / 2, 64, 1024 * 1024)}MB`,
    // Per sort or hash, and 20 connections may run two each: together at most a twentieth of the memory.
    work_mem: `${clampMebibytes(memoryBytes / 1024, 4, 32)}MB`,
    // Index builds and vacuum; autovacuum may take it three times over.
    maintenance_work_mem: `${clampMebibytes(memoryBytes / 32, 32, 512)}MB`,

    // A column batch writes megabytes of WAL before its commit; with room for it no backend has to flush on the way.
    wal_buffers: `${clampMebibytes((sharedBuffers * MEBIBYTE) / 32, 4, 64)}MB`,
    // An import fills the 1 GB default in seconds, and each checkpoint makes every page be logged whole once more.
    max_wal_size: `${maxWal}MB`,
    // Kept for re-use between bursts; a new segment costs 16 MB of zeros.
    min_wal_size: `${Math.floor(maxWal / 8)}MB`,
    checkpoint_timeout: '15min',
    // These binaries know pglz only: 25 % less WAL, but 2.1 times the time (50,000 scattered rows: 0.46 s to 0.97 s).
    wal_compression: 'off',

    // Solid-state disks read a scattered page nearly as fast as the next one.
    random_page_cost: '1.1',
    max_parallel_workers: String(Math.min(8, cores)),
    // One query must not take every core from the ingest.
    max_parallel_workers_per_gather: String(Math.min(2, Math.floor(cores / 2))),

    // The tables are all but append-only, and vacuum is what keeps the visibility map and the BRIN summaries up to
    // date, so inserts trigger it after 5 % instead of 20 %; statistics after 2 %, for a new month fills from empty.
    autovacuum_naptime: '30s',
    autovacuum_vacuum_insert_scale_factor: '0.05',
    autovacuum_vacuum_scale_factor: '0.05',
    autovacuum_analyze_scale_factor: '0.02',
    autovacuum_max_workers: String(Math.min(3, Math.max(1, cores))),

    // What the slow-query report reads.
    shared_preload_libraries: 'pg_stat_statements',
    track_io_timing: 'on',

    // No health value may reach a log. A refused statement and its values are told to the client, which handles them;
    // the server's log gets what concerns the server, without details, and no statement's text or parameter.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_checkpoints: 'off',
    log_line_prefix: '',
    log_timezone: 'UTC',
    TimeZone: 'UTC',

    ...extraSettings,
    ...DURABILITY,
  };
}
