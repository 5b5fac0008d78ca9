import type { Command } from 'commander';
import type { Settings } from '../config/settings';
import { countProgress, ProgressLine } from './progress-line';
import { withServices } from './with-services';

/** Adds `rollups rebuild`. */
export function addRollupsCommands(program: Command, loadSettings: () => Settings): void {
  const rollups = program.command('rollups').description('the hours and days that long ranges are answered from');

  rollups
    .command('rebuild')
    .description('compute them anew from the samples; the service can go on meanwhile')
    .option('--user <name>', 'only of this user')
    .addHelpText('after', '\nExample:\n  npm run cli -- rollups rebuild --user anna')
    .action(async ({ user }: { user?: string }) => {
      await withServices(loadSettings(), async (services) => {
        const users = user === undefined ? await services.users.list() : [await services.users.findByName(user)];
        for (const { id, name } of users) {
          const progress = new ProgressLine(process.stderr, false);
          const days = await services.rollups.rebuild(id, ({ doneDays, totalDays }) =>
            progress.show(countProgress(name, doneDays, totalDays, 'days')),
          );
          progress.end();
          console.log(`Computed ${days} days of metrics of ${name}.`);
        }
      });
    });
}
