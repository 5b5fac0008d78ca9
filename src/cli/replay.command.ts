import type { Command } from 'commander';
import { Problem } from '../common/problem';
import type { Settings } from '../config/settings';
import type { ReplaySelection } from '../ingest/rederive/replay-selection';
import { withDatabase } from './with-database';

interface ReplayOptions {
  readonly since?: string;
  readonly until?: string;
  readonly user?: string;
  readonly status?: string;
  readonly dryRun?: true;
}

function readInstant(name: string, text: string | undefined): Date | null {
  if (text === undefined) return null;
  const instant = new Date(text);
  if (!Number.isNaN(instant.getTime())) return instant;
  throw new Problem(
    400,
    'time_unreadable',
    `--${name} takes a date or an instant, such as 2026-01-31 or 2026-01-31T10:00Z.`,
  );
}

function readSelection({ since, until, user, status }: ReplayOptions): ReplaySelection {
  if ([since, until, user, status].every((option) => option === undefined)) {
    throw new Problem(
      400,
      'replay_unbounded',
      'Say what to replay: --since, --until, --user or --status. --since 1970-01-01 is all.',
    );
  }
  if (status !== undefined && status !== 'parked' && status !== 'stored') {
    throw new Problem(400, 'status_unknown', '--status takes parked or stored.');
  }
  return {
    since: readInstant('since', since),
    until: readInstant('until', until),
    statuses: status === undefined ? ['stored', 'parked'] : [status],
  };
}

/** Adds `replay`. */
export function addReplayCommand(program: Command, loadSettings: () => Settings): void {
  program
    .command('replay')
    .description('read kept payloads again and write what they hold, as if they had just come, in their old order')
    .option('--since <instant>', 'received from then on; a date is its midnight in UTC')
    .option('--until <instant>', 'received before')
    .option('--user <name>', 'of this user only')
    .option('--status <status>', 'parked or stored; without it both')
    .option('--dry-run', 'only say how much that is')
    .addHelpText(
      'after',
      `
It works by itself, beside a service that runs or without one; a running service helps. Payloads that arrive meanwhile go
first. Ctrl-C stops it; what is done is done, and the rest can be replayed again.

Examples:
  npm run cli -- replay --status parked
  npm run cli -- replay --since 2026-01-01 --until 2026-02-01 --user anna --dry-run`,
    )
    .action(async (options: ReplayOptions) => {
      const selection = readSelection(options);
      const settings = loadSettings();
      // The whole service is loaded for this command alone: the others start in half the time without it.
      const { runReplay } = await import('./run-replay.js');
      const request = { selection, userName: options.user, isDryRun: options.dryRun === true };
      await withDatabase(settings, (addresses, signal) => runReplay(settings, addresses, request, signal), {
        endsByItself: true,
      });
    });
}
