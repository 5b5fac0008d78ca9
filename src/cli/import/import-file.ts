import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../app.module';
import { Problem } from '../../common/problem';
import type { Settings } from '../../config/settings';
import { DatabaseService } from '../../database/database.service';
import { type IngestionKey, keyValues } from '../../database/ingestion-key';
import { migrate, partitionOptionsNow } from '../../database/migrate';
import { UserService } from '../../identity/user.service';
import type { Account } from '../../ingest/account';
import { ImportService } from '../../ingest/import.service';
import { bytesOfText } from '../bytes-text';
import { InterruptedError } from '../interrupted.error';
import type { Progress, ProgressLine } from '../progress-line';
import { type DatabaseAddresses, withDatabase } from '../with-database';
import type { ImportOutcome } from './describe-import';
import { recogniseFile } from './recognise-file';

/** Time between two looks at how far the work is, in ms. */
const lookIntervalMs = 250;

/** What is imported, for whom. */
export interface ImportOrder {
  readonly file: string;
  /** Absent where there is only one user. */
  readonly userName: string | undefined;
  readonly progress: ProgressLine;
}

interface StateRow {
  readonly status: string;
  readonly account: Account | null;
  readonly error_code: string | null;
  readonly error_detail: string | null;
  readonly bytes_done: number | null;
  readonly samples_done: number | null;
}

const stateSql = `
SELECT i.status, i.account, i.error_code, i.error_detail, w.bytes_done::float8 AS bytes_done,
       w.samples_done::float8 AS samples_done
  FROM raw_ingestions i LEFT JOIN ingestion_work w ON w.user_id = i.user_id AND w.ingestion_id = i.id
 WHERE i.user_id = $1 AND i.received_at = $2::timestamptz AND i.id = $3`;

async function findUser(users: UserService, name: string | undefined) {
  if (name !== undefined) return await users.findByName(name);
  const all = await users.list();
  const [only] = all;
  if (only !== undefined && all.length === 1) return only;
  throw new Problem(400, 'user_ambiguous', 'There is not exactly one user; say with --user whose history it is.');
}

type Phase = 'storing' | 'checking' | 'writing';

/** How far a phase is; `records` are those written in it. */
function progressOf(phase: Phase, done: number, total: number, records = 0): Progress {
  return { phase, done, total, amount: bytesOfText(done, total), counted: { count: records, noun: 'records' } };
}

/** The outcome in the database; null when `signal` was aborted before. */
async function untilDone(
  app: INestApplicationContext,
  key: IngestionKey,
  bytes: number,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<StateRow | null> {
  const database = app.get(DatabaseService, { strict: false });
  for (;;) {
    const [row] = await database.inReadOnlyTransaction([key.userId], (tx) =>
      tx.query<StateRow>(stateSql, keyValues(key)),
    );
    if (row === undefined) throw new Error('the ingestion is gone');
    // Whoever wrote it may have ended between two looks: the last one shows it whole.
    if (row.status === 'stored') progress.show(progressOf('writing', bytes, bytes));
    if (row.status === 'stored' || row.status === 'parked') return row;
    const bytesDone = row.bytes_done ?? 0;
    if (bytesDone === 0) progress.show(progressOf('checking', 0, bytes));
    else progress.show(progressOf('writing', bytesDone, bytes, row.samples_done ?? 0));
    if (signal.aborted) return null;
    await delay(lookIntervalMs);
  }
}

/**
 * Stores the file's bytes and has its samples written by this process, or by the service when that is faster. Aborted, it
 * keeps nothing of a file that is not stored yet, and leaves what is stored to whoever works next.
 */
async function run(
  app: INestApplicationContext,
  order: ImportOrder,
  contentType: string,
  signal: AbortSignal,
): Promise<ImportOutcome> {
  const { file, userName, progress } = order;
  const user = await findUser(app.get(UserService, { strict: false }), userName);
  const bytes = (await stat(file)).size;
  const startedAtMs = performance.now();
  const key = await app.get(ImportService, { strict: false }).take({
    userId: user.id,
    timeZone: user.timeZone,
    contentType,
    bytes: createReadStream(file, { highWaterMark: 1024 * 1024, signal }),
    onBytes: (bytesDone) => progress.show(progressOf('storing', bytesDone, bytes)),
  });
  const outcome = await untilDone(app, key, bytes, progress, signal);
  if (outcome === null) {
    progress.end();
    console.error('The file is stored; the service writes what is left of it, or does so when it is started next.');
    throw new InterruptedError();
  }
  const { status, account, error_code, error_detail } = outcome;
  return {
    ingestionId: key.id,
    status: status === 'stored' ? 'stored' : 'parked',
    account: status === 'stored' ? account : null,
    errorCode: error_code,
    errorDetail: error_detail,
    elapsedMs: performance.now() - startedAtMs,
  };
}

/**
 * Imports a file on the database that the commands work on, as a process that works beside the service or without it.
 * Resolves when all samples are committed, or the import is parked.
 *
 * Errors: rejects with InterruptedError after a signal, for a file that is nothing that can be imported, for an unknown
 * user, and as the database does.
 */
export async function importFile(settings: Settings, order: ImportOrder): Promise<ImportOutcome> {
  const contentType = await recogniseFile(order.file);
  const work = async ({ databaseUrl, ownerUrl }: DatabaseAddresses, signal: AbortSignal): Promise<ImportOutcome> => {
    await migrate(ownerUrl, partitionOptionsNow(settings));
    // Without Redis: what is to be done stands in PostgreSQL, and this process looks for it there.
    const connections = { databaseUrl, databaseOwnerUrl: ownerUrl, redisUrl: null };
    const app = await NestFactory.createApplicationContext(
      AppModule.register({ ...settings, role: 'worker' }, connections),
      { logger: ['fatal', 'error'], abortOnError: false },
    );
    try {
      return await run(app, order, contentType, signal);
    } finally {
      await app.close();
    }
  };
  return await withDatabase(settings, work, { endsByItself: true });
}
