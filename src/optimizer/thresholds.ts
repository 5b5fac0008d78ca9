/** A limit with where it comes from. */
interface Threshold {
  readonly value: number;
  readonly source: string;
}

/**
 * Every limit that the rules judge by, in one place. A rule says nothing below the minimum of samples that belongs to
 * it: figures that are too young or too few give no advice.
 */
export const thresholds = {
  slowMeanMs: { value: 20, source: 'PgHero: slow_query_ms' },
  slowCalls: { value: 100, source: 'PgHero: slow_query_calls' },
  slowMsPerRow: { value: 0.5, source: 'Five times the slowest row written in decision 010, with network and locks' },
  slowShare: { value: 0.05, source: 'Below a twentieth of all time nobody would notice the gain' },
  slowerFactor: { value: 1.5, source: 'Twice the fifth by which the benchmarks vary between runs, and some' },
  slowerCalls: { value: 50, source: 'The mean of fewer calls varies by more than a seventh of their spread' },
  slowerAddedMs: { value: 2, source: 'A fiftieth of the 50 ms a sync may take, twice' },

  indexedRows: { value: 10_000, source: 'PgHero: missing indexes from 10,000 rows on' },
  indexCalls: { value: 20, source: 'A question that is asked less often is a person looking in' },
  indexMeanMs: { value: 0.5, source: 'A scan of 10,000 rows in memory takes about 1 ms' },
  indexSelectivity: { value: 0.05, source: 'Above 5 to 10 % of the rows PostgreSQL reads the table whole anyway' },
  indexCostFactor: { value: 2, source: 'hypopg: below half of the cost an index is worth its writes' },
  scansOfTable: { value: 20, source: 'As many as indexCalls' },
  scanRows: { value: 10_000, source: 'PgHero: missing indexes from 10,000 rows on' },
  scanShare: { value: 0.05, source: 'PgHero: index use below 95 %' },

  unusedScans: { value: 50, source: 'PgHero: unused index up to 50 scans' },
  unusedBytes: { value: 131_072, source: 'Sixteen pages: a smaller one costs nothing' },
  unusedTableReads: { value: 100, source: 'Twice unusedScans: the table is in use, and not through this index' },
  unusedTransactions: { value: 20, source: 'Writes that the index has seen since it was made' },
  bloatShare: {
    value: 0.6,
    source: 'B-trees filled in random order are half empty at worst, with 10 % for the estimate',
  },
  bloatBytes: { value: 2_097_152, source: 'A rebuild that frees less than 2 MiB is not worth its lock' },

  deadRows: { value: 50_000, source: 'autovacuum comes at 50 + 20 % by default: what it leaves is many more' },
  deadShare: { value: 0.5, source: 'Half of what a scan reads is for nothing' },
  deadRowsWithoutVacuum: { value: 1000, source: 'A table that autovacuum is kept from: nothing will mend it' },
  deadShareWithoutVacuum: { value: 0.2, source: 'PostgreSQL: autovacuum_vacuum_scale_factor' },
  staleRows: { value: 10_000, source: 'PgHero: tables from 10,000 rows on' },
  staleShare: { value: 0.5, source: 'Five times PostgreSQL’s autovacuum_analyze_scale_factor' },
  staleGraceS: { value: 3600, source: 'autovacuum comes every minute; an hour without it is a fault' },
  hitRatio: { value: 0.99, source: 'PgHero: cache hit rate below 99 %' },
  hitBlocks: { value: 1_000_000, source: '8 GB asked for: what a cold start reads is behind it' },

  longTransactionS: { value: 60, source: 'PgHero: long running queries from 60 s on' },
  idleInTransactionS: { value: 5, source: 'Half of IDLE_IN_TRANSACTION_TIMEOUT_MS, which the service keeps itself' },
  lockWaitS: { value: 1, source: 'PostgreSQL: deadlock_timeout, after which it looks itself' },
  wraparoundAge: { value: 500_000_000, source: 'Two and a half times autovacuum_freeze_max_age; a quarter of the end' },
  sequenceShare: { value: 0.8, source: 'PgHero warns at 90 %; the change of a column wants some lead' },
  connectionShare: { value: 0.8, source: 'A deployment that rolls over needs a fifth' },
  slotBytes: { value: 1_073_741_824, source: 'PostgreSQL: max_wal_size, which a slot may exceed without limit' },

  defaultSharedBytes: { value: 134_217_728, source: 'PostgreSQL: shared_buffers as delivered' },
  sharedBuffersFactor: { value: 4, source: 'With four times as much data a quarter of it fits' },
  checkpoints: { value: 10, source: 'Fewer say nothing' },
  requestedCheckpointShare: { value: 0.5, source: 'PostgreSQL manual 30.5: most should come by time, not by WAL' },
  walShareOfCheckpoint: {
    value: 0.25,
    source: 'PostgreSQL asks for a checkpoint at a third to a half of max_wal_size',
  },
  insertOnlyRows: { value: 1_000_000, source: 'A fifth of it is 200,000 rows before the visibility map is kept' },
  insertScaleFactor: { value: 0.2, source: 'PostgreSQL: autovacuum_vacuum_insert_scale_factor as delivered' },
  outsideRows: { value: 10, source: 'A handful is a wrong clock' },
  outsideShare: { value: 0.01, source: 'One in a hundred is a rule, not a wrong clock' },

  poolBorrows: { value: 100, source: 'As many as slowCalls' },
  poolWaitedShare: { value: 0.2, source: 'Four of five connections at once is the promised efficiency of the pool' },
  poolWaitMs: { value: 10, source: 'A fifth of the 50 ms a sync may take' },
  chunkGain: { value: 1.3, source: 'The benchmarks vary by a fifth from run to run' },
  memoryShare: { value: 0.9, source: 'Kubernetes: the limit ends the process without a word' },
  repeatedRequests: { value: 5, source: 'Of a sample of five seconds' },
  repeatedShare: { value: 0.5, source: 'Half of the requests of the route do it' },
  cacheLookups: { value: 200, source: 'A rate of fewer varies by more than three in a hundred' },
  cacheHitRate: { value: 0.7, source: 'The specification: a hit rate above 70 %' },
  cacheExpiredShare: { value: 0.5, source: 'Most misses come from the time-to-live, so it can mend them' },
} as const satisfies Readonly<Record<string, Threshold>>;
