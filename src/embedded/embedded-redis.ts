import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { assertLeftBehind, DataDirInUseError } from './data-dir-lock';
import { PortTakenError, startOnFreePort } from './free-port';
import { KeptServer } from './kept-server';
import { clampMebibytes, usableMemoryBytes } from './machine-resources';
import { readFileIfThere, writePrivateFile } from './private-file';
import { findRunningProcess, identifyProcess, isRunning, type ProcessIdentity } from './process-identity';
import { findRedisProgram, type RedisProgram } from './redis-program';
import { type ServerProcess, type StopStep, startServerProcess, stopLeftOverServer } from './server-process';
import { chooseServiceAccount, type ServiceAccount } from './service-account';

/** Our own Redis, running. */
export interface EmbeddedRedis {
  /** `redis://default:<password>@127.0.0.1:<port>`; never log it. */
  url: string;
  port: number;
  /** Where the program came from, for people. */
  source: string;
  /** Ends it and resolves when it is gone; may be called more than once. One that ends otherwise is started again. */
  stop(): Promise<void>;
}

/** How to start our own Redis. */
export interface EmbeddedRedisOptions {
  /** `redis` in it holds a downloaded program; the caller holds its lock (`lockDataDir`). */
  dataDir: string;
  /** Gets the server's own lines and ours, which hold no health values and no passwords. */
  log: (line: string) => void;
  /** Directories to look for programs in, as in PATH; the usual ones when not given. */
  path?: string;
}

const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';
/** There is nothing to write out, so it ends at once. */
const STOP_STEPS: readonly StopStep[] = [
  { signal: 'SIGTERM', waitMs: 3_000 },
  { signal: 'SIGKILL', waitMs: 2_000 },
];
const START_TIMEOUT_MS = 10_000;
const POLL_MS = 10;

/**
 * Starts a Redis (or Valkey) of our own on a free port of 127.0.0.1, with a password that is new each time.
 *
 * It keeps nothing on the disk. It is an accelerator and never the truth: what it held is computed again or found again
 * in PostgreSQL, and files would only cost writes and bring back what is out of date.
 *
 * Errors: what keeps it from starting is a result, `unavailable`, in one line. Rejects only with DataDirInUseError,
 * when a live process runs one there.
 */
export async function startEmbeddedRedis(
  options: EmbeddedRedisOptions,
): Promise<EmbeddedRedis | { unavailable: string }> {
  const redisDir = join(resolve(options.dataDir), 'redis');
  try {
    await mkdir(redisDir, { recursive: true });
    // Its working directory, which the account must be able to enter whatever the umask says; nothing secret is in it.
    await chmod(redisDir, 0o755);
    await stopLeftOver(resolve(options.dataDir), redisDir, options.log);
    const account = await chooseServiceAccount(redisDir);
    const program = await findRedisProgram(redisDir, options.path ?? USUAL_PATH, account, options.log);
    return 'unavailable' in program ? program : await startFound(program, redisDir, account, options.log);
  } catch (error) {
    if (error instanceof DataDirInUseError) {
      throw error;
    }
    return { unavailable: (error as Error).message.trim().replace(/\s*\n\s*/g, ' ') };
  }
}

function startFound(
  program: RedisProgram,
  redisDir: string,
  account: ServiceAccount | undefined,
  log: (line: string) => void,
): Promise<EmbeddedRedis> {
  const password = randomBytes(24).toString('hex');
  const start = async (port: number): Promise<ServerProcess> => {
    const server = await startServerProcess({
      command: program.command,
      args: ['-'],
      cwd: program.cwd,
      env: program.env,
      account,
      // Through its standard input, because every user of the machine can read a command line.
      input: redisConfiguration(port, password),
      stopSteps: STOP_STEPS,
      log: (line) => log(`redis: ${line}`),
    });
    try {
      await untilReady(server, port, password);
      await writePrivateFile(processFilePath(redisDir), JSON.stringify(await identifyProcess(server.pid)));
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  };
  return startOnFreePort(async (port) => {
    const server = await KeptServer.start(
      () => start(port),
      (line) => log(`redis: ${line}`),
    );
    return {
      url: `redis://default:${password}@127.0.0.1:${port}`,
      port,
      source: program.source,
      async stop() {
        await server.stop();
        await rm(processFilePath(redisDir), { force: true });
      },
    };
  });
}

function redisConfiguration(port: number, password: string): string {
  const maxMemory = clampMebibytes(usableMemoryBytes() / 16, 64, 512);
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `requirepass ${password}`,
    'daemonize no',
    'save ""',
    'appendonly no',
    // BullMQ needs it: a queue must refuse, never silently drop. The cache lives in the rest and its entries expire.
    'maxmemory-policy noeviction',
    // A sixteenth of the memory, next to PostgreSQL's half and the service itself.
    `maxmemory ${maxMemory}mb`,
    'loglevel warning',
    '',
  ].join('\n');
}

async function untilReady(server: ServerProcess, port: number, password: string): Promise<void> {
  const hasEnded = server.exited.then(() => true);
  const giveUpAtMs = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(port, password))) {
    if (await Promise.race([hasEnded, delay(POLL_MS, false)])) {
      // Its last words may still be in the pipe.
      await delay(50);
      const output = server.recentOutput();
      throw /Address already in use/i.test(output)
        ? new PortTakenError(`port ${port} of 127.0.0.1 is taken`)
        : new Error(`redis-server ended at its start: ${output}`);
    }
    if (Date.now() > giveUpAtMs) {
      throw new Error(`redis-server did not answer within ${START_TIMEOUT_MS / 1000} s: ${server.recentOutput()}`);
    }
  }
}

/** True when a Redis that knows our password answers on this port. */
function answers(port: number, password: string): Promise<boolean> {
  return new Promise((resolveAnswer) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1_000 });
    let received = '';
    const finish = (isOurs: boolean) => {
      socket.destroy();
      resolveAnswer(isOurs);
    };
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on('data', (chunk: string) => {
      received += chunk;
      if (received.includes('+PONG')) {
        finish(received.startsWith('+OK'));
      }
    });
    socket.on('timeout', () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
  });
}

/** Ends the Redis that a killed service left behind. */
async function stopLeftOver(dataDir: string, redisDir: string, log: (line: string) => void): Promise<void> {
  const text = await readFileIfThere(processFilePath(redisDir));
  const left = text === undefined ? undefined : (JSON.parse(text) as ProcessIdentity);
  const server = left && (await isRunning(left)) ? await findRunningProcess(left.pid) : undefined;
  if (left && server) {
    await assertLeftBehind(dataDir, server);
    log(`stopping the Redis that an earlier run left behind (process ${left.pid})`);
    await stopLeftOverServer(left.pid, STOP_STEPS);
  }
}

function processFilePath(redisDir: string): string {
  return join(redisDir, 'process.json');
}
