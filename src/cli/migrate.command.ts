import type { Command } from 'commander';
import type { Settings } from '../config/settings';
import { migrate, partitionOptionsNow } from '../database/migrate';
import { describeMigration } from './describe-migration';
import { withDatabase } from './with-database';

/** Adds `migrate`. */
export function addMigrateCommand(program: Command, loadSettings: () => Settings): void {
  program
    .command('migrate')
    .description('bring the schema and its partitions up to date; safe to run again, and by several at once')
    .action(async () => {
      const settings = loadSettings();
      const report = await withDatabase(settings, ({ ownerUrl }) => migrate(ownerUrl, partitionOptionsNow(settings)));
      console.log(`${describeMigration(report)}.`);
    });
}
