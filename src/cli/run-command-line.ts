import { Command, CommanderError } from 'commander';
import { readVersion } from '../common/read-version';
import { loadSettings } from '../config/load-settings';
import { addAdviseCommand } from './advise.command';
import { explainFault } from './explain-fault';
import { addImportCommand } from './import.command';
import { addKeysCommands } from './keys.command';
import { addMigrateCommand } from './migrate.command';
import { addReplayCommand } from './replay.command';
import { addRollupsCommands } from './rollups.command';
import { addSloCommand } from './slo.command';
import { addUsersCommands } from './users.command';

const examples = `
Examples:
  npm run cli -- users add anna --time-zone Europe/Zurich
  npm run cli -- users set anna --time-zone America/New_York
  npm run cli -- keys add --user anna --name "Anna's phone" --scopes ingest:write
  npm run cli -- keys list --user anna
  npm run cli -- keys revoke 4fT9sKq2LmZx
  npm run cli -- rollups rebuild
  npm run cli -- migrate
  npm run import -- export.zip --user anna
  npm run cli -- replay --since 2026-01-01 --user anna
  npm run advise
  npm run slo

It works on the database at DATABASE_URL when that is set, else on the one in DATA_DIR, whether the service is running
or not. Exit code 0: done. 1: it could not be done. 2: it was asked for in a wrong way.`;

function buildProgram(): Command {
  const program = new Command('npm run cli --')
    .description(
      'Users, keys, the schema, histories, replays, roll-ups, the advice and the service levels of Health Export.',
    )
    .exitOverride()
    .version(readVersion())
    .addHelpText('after', examples);
  addUsersCommands(program, loadSettings);
  addKeysCommands(program, loadSettings);
  addImportCommand(program, loadSettings);
  addRollupsCommands(program, loadSettings);
  addMigrateCommand(program, loadSettings);
  addReplayCommand(program, loadSettings);
  addAdviseCommand(program, loadSettings);
  addSloCommand(program, loadSettings);
  return program;
}

/**
 * Runs the command that `args` spell, with results on the standard output and everything else on the error output.
 * Resolves with the exit code, see the help's last lines; never rejects and never shows a stack.
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has said it already; its own code for "help was shown for want of a command" is 1.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { sentence, exitCode } = explainFault(error);
    console.error(sentence);
    return exitCode;
  }
}
