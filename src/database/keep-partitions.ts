import type { QueryRunner } from 'typeorm';
import { type PartitionRange, planMissingMonths, planReceiptPartitions, planSamplePartitions } from './partition-plan';

/** How far partitions reach; see the settings of the same names. */
export interface PartitionOptions {
  readonly now: Date;
  readonly detailedYears: number;
  readonly monthsAhead: number;
}

/** The partitioned tables and what their time means. */
export const partitionedTables: ReadonlyMap<string, 'sample' | 'receipt'> = new Map([
  ['heart_rate_metrics', 'sample'],
  ['blood_pressure_metrics', 'sample'],
  ['quantity_metrics', 'sample'],
  ['sleep_segments', 'sample'],
  ['raw_ingestions', 'receipt'],
  ['raw_ingestion_pieces', 'receipt'],
]);

/** Ends of the partitions of every partitioned table, newest first in SQL's own words. */
const newestBoundsSql = `
SELECT parent.relname AS table_name,
       max((regexp_match(pg_get_expr(child.relpartbound, child.oid), 'TO \\(''([^'']+)''\\)'))[1]::timestamptz) AS last_to
  FROM pg_class parent
  JOIN pg_namespace n ON n.oid = parent.relnamespace AND n.nspname = current_schema()
  JOIN pg_inherits i ON i.inhparent = parent.oid
  JOIN pg_class child ON child.oid = i.inhrelid
 WHERE parent.relkind = 'p' AND parent.relname = ANY ($1)
 GROUP BY 1`;

/** The end of the newest partition of each partitioned table that has one. Any role may ask. */
export async function readPartitionEnds(
  query: (sql: string, values: unknown[]) => Promise<{ table_name: string; last_to: Date }[]>,
): Promise<ReadonlyMap<string, Date>> {
  const rows = await query(newestBoundsSql, [[...partitionedTables.keys()]]);
  return new Map(rows.map((row) => [row.table_name, row.last_to]));
}

async function createPartition(queryRunner: QueryRunner, table: string, range: PartitionRange): Promise<void> {
  const name = `${table}${range.suffix}`;
  const from = range.from === null ? 'MINVALUE' : `'${range.from.toISOString()}'`;
  // CREATE TABLE … PARTITION OF would lock the parent against all reading and writing; ATTACH does not.
  await queryRunner.query(`CREATE TABLE ${name} (LIKE ${table} INCLUDING ALL)`);
  await queryRunner.query(
    `ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM (${from}) TO ('${range.to.toISOString()}')`,
  );
}

/**
 * Makes the partitions that are missing and returns their names; with nothing missing it changes nothing.
 *
 * Runs as the owner, one transaction a table. Errors: rejects when a lock is not had within 2 s, having changed only
 * whole tables; calling it again goes on. Order: the caller holds the migration lock, so two callers never race.
 */
export async function keepPartitions(queryRunner: QueryRunner, options: PartitionOptions): Promise<string[]> {
  const { now, detailedYears, monthsAhead } = options;
  const created: string[] = [];
  const ends = await readPartitionEnds((sql, values) => queryRunner.query(sql, values));
  for (const [table, time] of partitionedTables) {
    const lastTo = ends.get(table);
    const firstPlan = () =>
      time === 'sample'
        ? planSamplePartitions(now, detailedYears, monthsAhead)
        : planReceiptPartitions(now, monthsAhead);
    const missing = lastTo === undefined ? firstPlan() : planMissingMonths(lastTo, now, monthsAhead);
    if (missing.length === 0) continue;
    await queryRunner.startTransaction();
    try {
      await queryRunner.query(`SET LOCAL lock_timeout = '2s'`);
      for (const range of missing) await createPartition(queryRunner, table, range);
      await queryRunner.commitTransaction();
    } catch (error) {
      await queryRunner.rollbackTransaction();
      throw error;
    }
    created.push(...missing.map((range) => `${table}${range.suffix}`));
  }
  return created;
}
