import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CannotListenError, explainListening, findListenFault } from './check-address';
import { describeMigration } from './cli/describe-migration';
import { explainKnownFault } from './cli/explain-fault';
import { readVersion } from './common/read-version';
import { loadSettings } from './config/load-settings';
import { readProgramPath } from './config/program-path';
import type { Settings } from './config/settings';
import { createApp } from './create-app';
import { migrate, partitionOptionsNow } from './database/migrate';
import { bringParts } from './embedded/bring-parts';
import { readRunningInstance } from './embedded/running-instance';
import { type FirstKey, FirstRunService } from './identity/first-run.service';
import { DrainState } from './monitoring/drain-state';
import { welcomeLines, workerLines } from './print-welcome';
import { UnusedConnections } from './unused-connections';

const help = `Health Export: takes in what the iOS app Health Auto Export sends and keeps every sample.

  npm start               start the service; without DATABASE_URL it brings its own PostgreSQL and Redis
  npm start -- --help     this text
  npm start -- --version  the version

All settings are environment variables; they are listed in README.md and .env.example.
Users and keys: npm run cli -- --help`;

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** What has been started, last first in {@link Running.stop}. */
class Running {
  private readonly stops: (() => Promise<void>)[] = [];

  add(stop: () => Promise<void>): void {
    this.stops.unshift(stop);
  }

  /** Stops everything in the opposite order of its start; one that fails does not keep the others. */
  async stop(): Promise<void> {
    for (const stop of this.stops.splice(0)) {
      await stop().catch((error: Error) => complain(`While stopping: ${error.message}`));
    }
  }
}

/**
 * Fails where the service could not listen. Not when another start works on the same data, of which a person is told
 * next: that is why the port is taken, and another port would not help.
 */
async function checkAddress(settings: Settings): Promise<void> {
  const fault = await findListenFault(settings);
  if (fault === null) return;
  const bringsParts = settings.databaseUrl === undefined || settings.redisUrl === undefined;
  if (!bringsParts || (await readRunningInstance(settings.dataDir)) === undefined) throw fault;
}

/**
 * Connections that may wait to be accepted. With Node's 511 a crowd that comes at once, and any probe among it, is dropped
 * and tries again after a second; the system's own limit may be lower.
 */
const backlog = 4096;

async function start(settings: Settings, running: Running, signal: AbortSignal): Promise<{ lost: Promise<string> }> {
  tell(`Health Export ${readVersion()}`);
  // ORDER: before anything is downloaded, made or migrated for a service that cannot serve.
  await checkAddress(settings);
  const brought = [settings.databaseUrl ? [] : 'PostgreSQL', settings.redisUrl ? [] : 'Redis'].flat();
  if (brought.length > 0) tell(`Starting ${brought.join(' and ')} …`);
  const parts = await bringParts({
    ...settings,
    signal,
    programPath: readProgramPath(),
    purpose: 'the running service',
    log: () => undefined,
  });
  running.add(() => parts.stop());
  for (const description of parts.descriptions) tell(description);
  signal.throwIfAborted();
  const report = await migrate(parts.databaseOwnerUrl, partitionOptionsNow(settings));
  if (report.migrations.length + report.partitions.length > 0) tell(`Schema      ${describeMigration(report)}`);
  const app = await createApp(settings, parts);
  const unused = new UnusedConnections(app.getHttpServer());
  running.add(() => stopServing(app, unused, settings));
  const serves = settings.role !== 'worker';
  const firstKey = serves ? await app.get(FirstRunService).ensureFirstKey(settings.dataDir) : null;
  await app.listen({ port: settings.port, host: settings.host, backlog }).catch((error: Error) => {
    throw explainListening(error, settings);
  });
  const { port } = app.getHttpServer().address() as AddressInfo;
  tell((serves ? await welcome(app, settings, port, firstKey) : workerLines(settings, port)).join('\n'));
  // In an object: returned by itself it would be waited for.
  return { lost: parts.lost };
}

async function welcome(
  app: NestFastifyApplication,
  settings: Settings,
  port: number,
  firstKey: FirstKey | null,
): Promise<string[]> {
  const firstKeyFile = firstKey?.file ?? (await app.get(FirstRunService).existingFirstKeyFile(settings.dataDir));
  return welcomeLines({ settings, port, firstKey: firstKey?.text ?? null, firstKeyFile }, new Date());
}

/** Share of the time to stop that clients have for what is under way; the rest is for the queue, pool and parts. */
const clientsShare = 0.6;

/**
 * Ends what is served: not ready at once, requests taken for `drainDelayMs` more, then what is under way finished. A
 * client that does not come to its end is cut off in time for the rest to be stopped in order.
 */
async function stopServing(app: NestFastifyApplication, unused: UnusedConnections, settings: Settings): Promise<void> {
  const { drainDelayMs, shutdownTimeoutMs } = settings;
  app.get(DrainState).begin();
  await delay(drainDelayMs);
  const cut = setTimeout(
    () => app.getHttpServer().closeAllConnections(),
    Math.max(0, (shutdownTimeoutMs - drainDelayMs) * clientsShare),
  );
  await unused.closeUntil(app.close()).finally(() => clearTimeout(cut));
}

/** What a person is told of a failure at start: the sentence of a known one, the stack of any other. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof CannotListenError) return error.message;
  return explainKnownFault(error)?.sentence ?? error.stack ?? error.message;
}

/**
 * Runs the service until it is told to stop (SIGINT, SIGTERM) or loses its database, then stops what it started and
 * ends the process: 0 when it was told to, 1 when it could not start or go on, 2 for an argument that it does not know.
 */
export async function runService(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return tell(help);
  if (args.includes('--version')) return tell(readVersion());
  if (args.length > 0) {
    complain(`There is no argument "${args.join(' ')}": settings are environment variables, see npm start -- --help`);
    process.exitCode = 2;
    return;
  }
  const running = new Running();
  let settings: Settings | undefined;
  let exitCode = 0;
  const told = new AbortController();
  const whenTold = new Promise<void>((resolve) => told.signal.addEventListener('abort', () => resolve()));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => told.abort());
  try {
    settings = loadSettings();
    // A signal during the start waits for the step under way: what is half started cannot be stopped in order.
    const { lost } = await start(settings, running, told.signal);
    const reason = await Promise.race([whenTold, lost]);
    if (typeof reason === 'string') {
      complain(reason);
      exitCode = 1;
    }
  } catch (error) {
    if (!told.signal.aborted) {
      complain(explain(error));
      exitCode = 1;
    }
  }
  if (exitCode === 0) tell('Stopping …');
  const deadline = setTimeout(() => process.exit(1), settings?.shutdownTimeoutMs ?? 0);
  await running.stop();
  clearTimeout(deadline);
  if (exitCode === 0) tell('Stopped.');
  process.exit(exitCode);
}
