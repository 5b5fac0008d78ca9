import { DataSource } from 'typeorm';
import { RollupRebuild } from '../batch/rebuild-rollups.service';
import { RollupService } from '../batch/rollup.service';
import type { Settings } from '../config/settings';
import { createAppDataSourceOptions } from '../database/data-source';
import { DatabaseService } from '../database/database.service';
import { migrate, partitionOptionsNow } from '../database/migrate';
import { identityEntities } from '../identity/identity-entities';
import { KeyService } from '../identity/key.service';
import { UserService } from '../identity/user.service';
import { withDatabase } from './with-database';

/** What the commands work with. */
export interface Services {
  readonly users: UserService;
  readonly keys: KeyService;
  readonly rollups: RollupRebuild;
}

/**
 * Runs `work` with the services on the database that {@link withDatabase} finds. The schema is brought up to date first,
 * as at every start of the service, so that it makes no difference which of the two comes first.
 */
export function withServices<T>(settings: Settings, work: (services: Services) => Promise<T>): Promise<T> {
  return withDatabase(settings, async ({ databaseUrl, ownerUrl }) => {
    await migrate(ownerUrl, partitionOptionsNow(settings));
    const options = createAppDataSourceOptions(settings, databaseUrl);
    const dataSource = await new DataSource({ ...options, entities: [...identityEntities] }).initialize();
    try {
      const database = new DatabaseService(dataSource);
      return await work({
        users: new UserService(database),
        keys: new KeyService(settings, database),
        rollups: new RollupRebuild(database, new RollupService(database)),
      });
    } finally {
      await dataSource.destroy();
    }
  });
}
