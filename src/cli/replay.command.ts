import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Command } from 'commander';
import { AppModule } from '../app.module';
import { Problem } from '../common/problem';
import type { Settings } from '../config/settings';
import { migrate, partitionOptionsNow } from '../database/migrate';
import type { UserEntity } from '../identity/user.entity';
import { UserService } from '../identity/user.service';
import { ReplayService } from '../ingest/rederive/replay.service';
import type { ReplaySelection, ReplaySize } from '../ingest/rederive/replay-selection';
import { ProgressLine } from './progress-line';
import { replayMany } from './replay-many';
import { type DatabaseAddresses, withDatabase } from './with-database';

interface ReplayOptions {
  readonly since?: string;
  readonly until?: string;
  readonly user?: string;
  readonly status?: string;
  readonly dryRun?: true;
}

/** Connections of the worker of this command: it is to leave the database to who serves. */
const poolMax = 8;

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

/** The part of the service that works on what is open, without its routes and without Redis. */
async function startWorker(settings: Settings, addresses: DatabaseAddresses): Promise<INestApplicationContext> {
  await migrate(addresses.ownerUrl, partitionOptionsNow(settings));
  const own: Settings = { ...settings, role: 'worker', poolMax, poolMin: 0, workConcurrency: 1 };
  const { databaseUrl, ownerUrl: databaseOwnerUrl } = addresses;
  const module = AppModule.register(own, { databaseUrl, databaseOwnerUrl, redisUrl: null });
  return await NestFactory.createApplicationContext(module, { logger: ['fatal', 'error'], abortOnError: false });
}

async function findUsers(app: INestApplicationContext, name: string | undefined): Promise<readonly UserEntity[]> {
  const users = await app.get(UserService, { strict: false }).list();
  if (name === undefined) return users;
  const found = users.filter((user) => user.name === name);
  if (found.length === 0) throw new Problem(404, 'user_unknown', `There is no user ${JSON.stringify(name)}.`);
  return found;
}

function describeSize({ ingestions, bytes }: ReplaySize): string {
  return `${ingestions} ingestion${ingestions === 1 ? '' : 's'} (${(bytes / 1e6).toFixed(1)} MB)`;
}

async function run(app: INestApplicationContext, options: ReplayOptions, signal: AbortSignal): Promise<void> {
  const selection = readSelection(options);
  const service = app.get(ReplayService, { strict: false });
  const users = await findUsers(app, options.user);
  const total = { ingestions: 0, bytes: 0 };
  for (const { id } of users) {
    const { ingestions, bytes } = await service.measure(id, selection);
    total.ingestions += ingestions;
    total.bytes += bytes;
  }
  if (options.dryRun === true) return console.log(`Would replay ${describeSize(total)}.`);
  const progress = new ProgressLine(process.stderr, total.ingestions, 'ingestions');
  const outcome = await replayMany(service, users, selection, signal, (done) => progress.show(done));
  progress.end();
  console.log(`Replayed ${outcome.done} of ${describeSize(total)}.`);
  if (outcome.left > 0) {
    console.error(`${outcome.left} more are open; the service does them, or the same command run again.`);
  }
  if (outcome.failed.length > 0) {
    const some = outcome.failed.slice(0, 10).join(', ');
    throw new Problem(
      409,
      'replay_incomplete',
      `${outcome.failed.length} could not be read again and are as they were: ${some}`,
    );
  }
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
      readSelection(options);
      const settings = loadSettings();
      const aborting = new AbortController();
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => aborting.abort());
      await withDatabase(
        settings,
        async (addresses) => {
          const app = await startWorker(settings, addresses);
          try {
            await run(app, options, aborting.signal);
          } finally {
            await app.close();
          }
        },
        { endsByItself: true },
      );
    });
}
