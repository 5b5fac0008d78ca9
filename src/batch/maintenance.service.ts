import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Settings } from '../config/settings';
import { CONNECTIONS, type Connections, SETTINGS } from '../config/settings.token';
import { DatabaseService } from '../database/database.service';
import { partitionedTables, readPartitionEnds } from '../database/keep-partitions';
import { extendPartitions, partitionOptionsNow } from '../database/migrate';
import { planMissingMonths } from '../database/partition-plan';

/** What has to be done every day, whoever reminds of it. Doing it twice, or in two processes at once, is harmless. */
@Injectable()
export class MaintenanceService {
  private readonly logger = new Logger(MaintenanceService.name);

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CONNECTIONS) private readonly connections: Connections,
    private readonly database: DatabaseService,
  ) {}

  /** Whether a table lacks one of the months that it should reach ahead; a question to the catalogue alone. */
  async lacksPartitions(): Promise<boolean> {
    const ends = await this.database.inReadOnlyTransaction([], ({ query }) => readPartitionEnds(query));
    const { now, monthsAhead } = partitionOptionsNow(this.settings);
    return [...partitionedTables.keys()].some((table) => {
      const end = ends.get(table);
      return end === undefined || planMissingMonths(end, now, monthsAhead).length > 0;
    });
  }

  /** Makes the partitions of the months ahead that are missing, as the database's owner. Errors: rejects when it cannot. */
  async extendPartitions(): Promise<void> {
    const created = await extendPartitions(this.connections.databaseOwnerUrl, partitionOptionsNow(this.settings));
    if (created.length > 0) this.logger.log(`${created.length} partitions made: ${created.join(', ')}`);
  }
}
