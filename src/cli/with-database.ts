import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../config/settings';
import { DataDirInUseError, type DataDirLock, lockDataDir } from '../embedded/data-dir-lock';
import { startEmbeddedPostgres } from '../embedded/embedded-postgres';
import { readRunningInstance } from '../embedded/running-instance';
import { InterruptedError, interruptedExitCode } from './interrupted.error';

/** How long a service or another command on the same data directory is waited for while it starts or ends. */
const maxWaitMs = 20_000;

/** The database to work on: as the service sees it, and as its owner does. */
export interface DatabaseAddresses {
  readonly databaseUrl: string;
  readonly ownerUrl: string;
}

/** A further signal ends the process at once, but not one that comes with the first: npm passes on what it gets itself. */
const patienceMs = 1000;

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Aborted by the first signal, until it is disposed of. */
function listenForSignals(): { readonly signal: AbortSignal; dispose(): void } {
  const aborting = new AbortController();
  let firstAtMs = 0;
  const listener = (): void => {
    if (aborting.signal.aborted && performance.now() - firstAtMs > patienceMs) process.exit(interruptedExitCode);
    if (!aborting.signal.aborted) firstAtMs = performance.now();
    aborting.abort();
  };
  for (const name of signals) process.on(name, listener);
  return {
    signal: aborting.signal,
    dispose() {
      for (const name of signals) process.off(name, listener);
    },
  };
}

function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  const interrupted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new InterruptedError()), { once: true });
  });
  interrupted.catch(() => undefined);
  return interrupted;
}

/** The lock of the data directory, or the address of the service that works in it. */
async function lockOrFindRunning(dataDir: string): Promise<DataDirLock | string> {
  const giveUpAtMs = Date.now() + maxWaitMs;
  for (;;) {
    const running = await readRunningInstance(dataDir);
    if (running !== undefined) return running.postgresUrl;
    try {
      return await lockDataDir(dataDir, { purpose: 'the command line' });
    } catch (error) {
      if (!(error instanceof DataDirInUseError) || Date.now() > giveUpAtMs) throw error;
      await delay(100);
    }
  }
}

/**
 * Runs `work` on the database at DATABASE_URL; else on that of the service that runs on DATA_DIR; else on our own
 * PostgreSQL, which is started for it and stopped afterwards, also when `work` fails or a signal interrupts it. Work that
 * `endsByItself` when the signal that it is given is aborted is waited for, so that it can leave everything in order.
 *
 * Errors: rejects as `work` does, with InterruptedError, or, when there is no database, with DataDirInUseError or
 * EmbeddedStartError.
 */
export async function withDatabase<T>(
  settings: Settings,
  work: (addresses: DatabaseAddresses, signal: AbortSignal) => Promise<T>,
  { endsByItself = false }: { readonly endsByItself?: boolean } = {},
): Promise<T> {
  const listening = listenForSignals();
  const interrupted = rejectWhenAborted(listening.signal);
  const workOn = async (databaseUrl: string, ownerUrl = databaseUrl): Promise<T> => {
    const running = work({ databaseUrl, ownerUrl }, listening.signal);
    try {
      return await Promise.race([running, interrupted]);
    } finally {
      if (endsByItself) await running.catch(() => undefined);
    }
  };
  try {
    if (settings.databaseUrl !== undefined) return await workOn(settings.databaseUrl, settings.databaseOwnerUrl);
    const found = await lockOrFindRunning(settings.dataDir);
    if (typeof found === 'string') return await workOn(found);
    try {
      const postgres = await startEmbeddedPostgres({ dataDir: settings.dataDir, log: () => undefined });
      try {
        return await workOn(postgres.url);
      } finally {
        await postgres.stop();
      }
    } finally {
      await found.release();
    }
  } finally {
    listening.dispose();
  }
}
