import type { Command } from 'commander';
import type { Settings } from '../config/settings';
import { formatTable } from './format-table';
import { withServices } from './with-services';

/** Adds `users add`, `users set` and `users list`. */
export function addUsersCommands(program: Command, loadSettings: () => Settings): void {
  const users = program.command('users').description('the people whose data is kept');

  users
    .command('add')
    .description('add a user')
    .argument('<name>', 'how the user is called here; unique')
    .option('--time-zone <zone>', 'IANA zone, for dates that are sent without an offset', 'UTC')
    .addHelpText('after', '\nExample:\n  npm run cli -- users add anna --time-zone Europe/Zurich')
    .action(async (name: string, { timeZone }: { timeZone: string }) => {
      const user = await withServices(loadSettings(), (services) =>
        services.users.add({ name, timeZone, actor: 'cli' }),
      );
      console.log(`Added user ${user.name} (${user.id}).`);
    });

  users
    .command('set')
    .description('change a user')
    .argument('<name>', 'the user')
    .requiredOption(
      '--time-zone <zone>',
      'IANA zone, for dates that are sent or asked for without an offset from now on',
    )
    .addHelpText('after', '\nExample:\n  npm run cli -- users set anna --time-zone America/New_York')
    .action(async (name: string, { timeZone }: { timeZone: string }) => {
      const user = await withServices(loadSettings(), (services) => services.users.setTimeZone(name, timeZone, 'cli'));
      console.log(`The time zone of ${user.name} is ${user.timeZone} from now on; what is stored stays as it is.`);
    });

  users
    .command('list')
    .description('list all users')
    .option('--json', 'as JSON, for programs')
    .action(async ({ json }: { json?: true }) => {
      const list = await withServices(loadSettings(), (services) => services.users.list());
      const rows = list.map(({ id, name, timeZone, createdAt }) => ({ name, timeZone, createdAt, id }));
      if (json) return console.log(JSON.stringify(rows, null, 2));
      console.log(formatTable(['NAME', 'TIME ZONE', 'ADDED', 'ID'], rows.map(Object.values)));
    });
}
