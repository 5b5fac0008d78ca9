import type { DataSource, QueryRunner } from 'typeorm';
import { createOwnerDataSource } from './data-source';
import { keepPartitions, type PartitionOptions } from './keep-partitions';

/** Key of the session lock that migrators and partition keepers take; any constant would do. */
const migrationLockKey = '7309453672214562893';

/** What a run changed: names of migrations applied and of partitions made. */
export interface MigrationReport {
  readonly migrations: readonly string[];
  readonly partitions: readonly string[];
}

/** The same options with "now" as the clock says. */
export function partitionOptionsNow(settings: {
  partitionDetailedYears: number;
  partitionMonthsAhead: number;
}): PartitionOptions {
  return {
    now: new Date(),
    detailedYears: settings.partitionDetailedYears,
    monthsAhead: settings.partitionMonthsAhead,
  };
}

/**
 * Runs `work` as the owner while holding the migration lock, so that of twenty starts at once one works and the others
 * wait and then find it done.
 */
async function withMigrationLock<T>(
  ownerUrl: string,
  work: (queryRunner: QueryRunner, dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const dataSource = await createOwnerDataSource(ownerUrl).initialize();
  try {
    const queryRunner = dataSource.createQueryRunner();
    // Ending the session gives the lock back, so it cannot outlive this process.
    await queryRunner.query('SELECT pg_advisory_lock($1)', [migrationLockKey]);
    const result = await work(queryRunner, dataSource);
    await queryRunner.query('SELECT pg_advisory_unlock($1)', [migrationLockKey]);
    await queryRunner.release();
    return result;
  } finally {
    await dataSource.destroy();
  }
}

/** Applies what is missing of the migrations, then of the partitions. Safe to run at once from anywhere, again and again. */
export function migrate(ownerUrl: string, options: PartitionOptions): Promise<MigrationReport> {
  return withMigrationLock(ownerUrl, async (queryRunner, dataSource) => {
    const applied = await dataSource.runMigrations({ transaction: 'each' });
    const partitions = await keepPartitions(queryRunner, options);
    return { migrations: applied.map((migration) => migration.name), partitions };
  });
}

/** Makes the partitions that are missing, for the daily upkeep; returns their names. */
export function extendPartitions(ownerUrl: string, options: PartitionOptions): Promise<readonly string[]> {
  return withMigrationLock(ownerUrl, (queryRunner) => keepPartitions(queryRunner, options));
}

/** Takes back the newest migration; its data is gone. For tests and for an operator who knows. */
export function revertNewestMigration(ownerUrl: string): Promise<void> {
  return withMigrationLock(ownerUrl, (_queryRunner, dataSource) =>
    dataSource.undoLastMigration({ transaction: 'each' }),
  );
}
