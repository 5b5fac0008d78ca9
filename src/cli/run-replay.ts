import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module';
import { Problem } from '../common/problem';
import type { Settings } from '../config/settings';
import { migrate, partitionOptionsNow } from '../database/migrate';
import type { UserEntity } from '../identity/user.entity';
import { UserService } from '../identity/user.service';
import { ReplayService } from '../ingest/rederive/replay.service';
import type { ReplaySelection, ReplaySize } from '../ingest/rederive/replay-selection';
import { bytesText } from './bytes-text';
import { countProgress, ProgressLine } from './progress-line';
import { replayMany } from './replay-many';
import type { DatabaseAddresses } from './with-database';

/** What the command was asked for. */
export interface ReplayRequest {
  readonly selection: ReplaySelection;
  /** Of this user only; undefined for all. */
  readonly userName: string | undefined;
  readonly isDryRun: boolean;
}

/** Connections of the worker of this command: it is to leave the database to who serves. */
const poolMax = 8;

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
  return `${ingestions} ingestion${ingestions === 1 ? '' : 's'} (${bytesText(bytes)})`;
}

async function replay(
  app: INestApplicationContext,
  { selection, userName, isDryRun }: ReplayRequest,
  signal: AbortSignal,
): Promise<void> {
  const service = app.get(ReplayService, { strict: false });
  const users = await findUsers(app, userName);
  const total = { ingestions: 0, bytes: 0 };
  for (const { id } of users) {
    const { ingestions, bytes } = await service.measure(id, selection);
    total.ingestions += ingestions;
    total.bytes += bytes;
  }
  if (isDryRun) return console.log(`Would replay ${describeSize(total)}.`);
  const progress = new ProgressLine(process.stderr, false);
  const outcome = await replayMany(service, users, selection, signal, (done) =>
    progress.show(countProgress('replaying', done, total.ingestions, 'ingestions')),
  );
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

/**
 * Replays what was asked for, with a worker of its own, and says what came of it. Aborted, it gives back what it works on.
 *
 * Errors: rejects with a 409 problem that names what could not be read again, and as the database does.
 */
export async function runReplay(
  settings: Settings,
  addresses: DatabaseAddresses,
  request: ReplayRequest,
  signal: AbortSignal,
): Promise<void> {
  const app = await startWorker(settings, addresses);
  try {
    await replay(app, request, signal);
  } finally {
    await app.close();
  }
}
