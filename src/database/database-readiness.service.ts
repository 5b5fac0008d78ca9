import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type ProbeResult, ReadinessRegistry } from '../monitoring/readiness-registry';
import { newestMigrationName } from './data-source';
import { DatabaseService } from './database.service';
import { findPartitionGaps } from './find-partition-gaps';

const isMigratedSql = 'SELECT EXISTS (SELECT FROM migrations WHERE name = $1) AS is_migrated';

/** SQLSTATE of a table that is not there: not even the first migration has run. */
const undefinedTable = '42P01';

/**
 * The readiness of the database: reachable through the pool that requests use, with the newest migration, and with
 * partitions for this month and the next. Reasons: `unreachable`, `not_migrated`, `partitions_missing`.
 */
@Injectable()
export class DatabaseReadinessService implements OnModuleInit {
  constructor(
    private readonly database: DatabaseService,
    private readonly readiness: ReadinessRegistry,
  ) {}

  onModuleInit(): void {
    this.readiness.register({ name: 'database', check: () => this.check() });
  }

  private async check(): Promise<ProbeResult> {
    const now = new Date();
    const nextMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
    try {
      return await this.database.inReadOnlyTransaction([], async ({ query }): Promise<ProbeResult> => {
        const [row] = await query<{ is_migrated: boolean }>(isMigratedSql, [newestMigrationName]);
        if (row?.is_migrated !== true) return { up: false, reason: 'not_migrated' };
        const gaps = await findPartitionGaps(query, [now, nextMonth]);
        return gaps.length > 0 ? { up: false, reason: 'partitions_missing' } : { up: true };
      });
    } catch (error) {
      const isEmpty = (error as { code?: unknown }).code === undefinedTable;
      return { up: false, reason: isEmpty ? 'not_migrated' : 'unreachable' };
    }
  }
}
