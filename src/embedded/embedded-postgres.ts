import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedStartError } from './embedded-start-error';
import { PortTakenError, startOnFreePort } from './free-port';
import { stopLeftOverPostgres } from './left-over-postgres';
import { usableCores, usableMemoryBytes } from './machine-resources';
import { preparePostgresBinaries } from './postgres-binaries';
import {
  clusterArgument,
  DATABASE_NAME,
  openPostgresCluster,
  POSTGRES_ENV,
  type PostgresCluster,
} from './postgres-cluster';
import { sizePostgresSettings } from './postgres-settings';
import { type ExitStatus, type ServerProcess, type StopStep, startServerProcess } from './server-process';
import { chooseServiceAccount } from './service-account';

/** Our own PostgreSQL, running. */
export interface EmbeddedPostgres {
  /** `postgres://health_export:<password>@127.0.0.1:<port>/health_export`, as the owner; never log it. */
  url: string;
  port: number;
  /** The settings that it was started with, for printing. */
  settings: Record<string, string>;
  /** Shuts it down cleanly and resolves when it is gone; may be called more than once. */
  stop(): Promise<void>;
  /** Resolves when the server has ended, asked or unasked; never rejects. */
  exited: Promise<ExitStatus>;
}

/** Sizes are taken from the machine where they are not given. */
export interface EmbeddedPostgresOptions {
  /** The data goes to `postgres` in it; the caller holds its lock (`lockDataDir`). */
  dataDir: string;
  /** Gets the server's own lines and ours, which hold no health values and no passwords. */
  log: (line: string) => void;
  memoryBytes?: number;
  cores?: number;
  /** Ends a start that is under way: it rejects with the signal's reason, and nothing is left running. */
  signal?: AbortSignal;
  /** Further settings; they win over the sized ones but not over those that keep committed data safe. */
  extraSettings?: Record<string, string>;
}

/**
 * SIGINT is PostgreSQL's fast shutdown: connections are cut, everything is written out. SIGQUIT gives up on writing out,
 * the next start recovers from the WAL. The sum stays below the 30 seconds that Kubernetes and systemd-like managers
 * allow.
 */
const STOP_STEPS: readonly StopStep[] = [
  { signal: 'SIGINT', waitMs: 15_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];

type StartOptions = Pick<EmbeddedPostgresOptions, 'log' | 'signal'>;

const POLL_MS = 10;
const STILL_RECOVERING_MS = 10_000;
/** Processes of a server that was killed let go of its memory when they next look up from their work. */
const MEMORY_RELEASE_MS = 30_000;

/** The killed server's own processes still hold its shared memory. */
class MemoryInUseError extends EmbeddedStartError {}

/**
 * Starts our own PostgreSQL on `dataDir/postgres`, made at the first start, on a free port of 127.0.0.1. Resolves when
 * it takes connections; recovery after a crash may come before that and takes as long as it takes.
 *
 * Root's server runs as another user (see `chooseServiceAccount`), wherever the data directory lies.
 * A server that a killed service left behind is stopped first.
 *
 * Errors: rejects with EmbeddedStartError, or with DataDirInUseError when a live process runs a server there; nothing
 * is left running then.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const directory = join(dataDir, 'postgres');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const account = await chooseServiceAccount(directory);
  const binaries = await preparePostgresBinaries(dataDir, account);
  await stopLeftOverPostgres(dataDir, directory, STOP_STEPS, options.log);
  options.signal?.throwIfAborted();
  const cluster = await openPostgresCluster(dataDir, binaries, account, options.log);
  const size = {
    memoryBytes: options.memoryBytes ?? usableMemoryBytes(),
    cores: options.cores ?? usableCores(),
  };
  const settings = sizePostgresSettings(size, options.extraSettings);
  return startOnFreePort(async (port) => {
    const server = await startWhenMemoryIsFree(cluster, settings, port, options);
    return {
      url: `postgres://${DATABASE_NAME}:${cluster.password}@127.0.0.1:${port}/${DATABASE_NAME}`,
      port,
      settings,
      stop: () => server.stop(),
      exited: server.exited,
    };
  });
}

async function startWhenMemoryIsFree(
  cluster: PostgresCluster,
  settings: Record<string, string>,
  port: number,
  options: StartOptions,
): Promise<ServerProcess> {
  const giveUpAtMs = Date.now() + MEMORY_RELEASE_MS;
  for (;;) {
    try {
      return await startPostmaster(cluster, settings, port, options);
    } catch (error) {
      if (!(error instanceof MemoryInUseError) || Date.now() > giveUpAtMs) {
        throw error;
      }
      await delay(200);
    }
  }
}

/**
 * Starts the server on this port and resolves when it takes connections.
 * Errors: rejects with PortTakenError when something else listens there, else with EmbeddedStartError or, when it is
 * called off, with the signal's reason.
 */
export async function startPostmaster(
  cluster: PostgresCluster,
  settings: Record<string, string>,
  port: number,
  options: StartOptions,
): Promise<ServerProcess> {
  const server = await startServerProcess({
    command: cluster.binaries.postgres,
    args: [
      ...['-D', clusterArgument(cluster.directory)],
      // On the command line they win over whatever the files in the data directory say.
      ...Object.entries({ ...settings, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    cwd: cluster.directory,
    env: POSTGRES_ENV,
    account: cluster.account,
    stopSteps: STOP_STEPS,
    log: (line) => options.log(`postgres: ${line}`),
  });
  const hasEnded = server.exited.then(() => true);
  let nextNoticeAtMs = Date.now() + STILL_RECOVERING_MS;
  while (!(await isReady(cluster.directory, server.pid))) {
    if (await Promise.race([hasEnded, delay(POLL_MS, false)])) {
      // Its last words may still be in the pipe.
      await delay(50);
      throw explainFailure(server.recentOutput(), port);
    }
    await stopIfCalledOff(server, options);
    if (Date.now() > nextNoticeAtMs) {
      options.log('PostgreSQL is still starting: after a crash it first repeats what was not written out');
      nextNoticeAtMs = Date.now() + STILL_RECOVERING_MS;
    }
  }
  // It may have become ready in the same moment.
  await stopIfCalledOff(server, options);
  return server;
}

async function stopIfCalledOff(server: ServerProcess, { signal }: StartOptions): Promise<void> {
  if (signal?.aborted !== true) return;
  await server.stop();
  signal.throwIfAborted();
}

/** The first line of postmaster.pid is the process, the eighth its state (miscadmin.h, LOCK_FILE_LINE_PM_STATUS). */
async function isReady(directory: string, pid: number): Promise<boolean> {
  const lines = (await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}

function explainFailure(output: string, port: number): Error {
  if (/Address already in use/i.test(output)) {
    return new PortTakenError(`port ${port} of 127.0.0.1 is taken`);
  }
  const message = `PostgreSQL did not start: ${output}`;
  return /shared memory block .* is still in use/i.test(output)
    ? new MemoryInUseError(message)
    : new EmbeddedStartError(message);
}
