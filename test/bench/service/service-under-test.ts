import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchContext } from '../bench-context';
import type { BenchServers } from './bench-servers';

/** Compiled to dist/test/bench/service. */
const entry = join(__dirname, '../../../src/main.js');
const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;
let services = 0;

/** The flags that `npm start` runs Node with. */
function startFlags(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(__dirname, '../../../../package.json'), 'utf8'));
  return String(scripts.start).match(/--\S+/g) ?? [];
}

/** The built service as a process of its own, on the benchmark's servers and a free port. */
export class ServiceUnderTest {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /** Starts it with these settings on top of the defaults; `context` stops it. Rejects with what it printed. */
  static async start(
    context: BenchContext,
    servers: BenchServers,
    env: Readonly<Record<string, string>> = {},
  ): Promise<ServiceUnderTest> {
    const dataDir = join(context.workDir, `service-${++services}`);
    mkdirSync(dataDir);
    // It logs each request as it would in production; to a file, so that reading the lines takes no time of ours.
    const logFile = join(dataDir, 'service.log');
    const log = openSync(logFile, 'w');
    const { profileDir } = context.options;
    const profiling = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
    const child = spawn(process.execPath, [...startFlags(), ...profiling, entry], {
      cwd: dataDir,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        NODE_ENV: 'production',
        DATABASE_URL: servers.databaseUrl,
        ...(servers.redisUrl === null ? {} : { REDIS_URL: servers.redisUrl }),
        DATA_DIR: dataDir,
        PORT: '0',
        LOG_FORMAT: 'json',
        ...env,
      },
      // Ctrl-C in a terminal is for the benchmark, which then stops the service.
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    context.atEnd(() => endProcess(child));
    const giveUpAtMs = Date.now() + startTimeoutMs;
    for (;;) {
      const output = readFileSync(logFile, 'utf8');
      const port = /Listening on http:\/\/\S+:(\d+)/.exec(output)?.[1];
      if (port !== undefined) return new ServiceUnderTest(child, Number(port));
      if (child.exitCode !== null || Date.now() > giveUpAtMs) throw new Error(`the service did not start:\n${output}`);
      await delay(20);
    }
  }

  /** Its process. */
  get pid(): number {
    return this.child.pid as number;
  }

  /** The answer to a GET, as text. Errors: rejects for a status other than 2xx. */
  async get(path: string, key?: string): Promise<string> {
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`, { headers });
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
    return answer.text();
  }

  /** Event loop delay that one in a hundred exceeds, since this was last asked for. */
  async loopDelayP99Ms(): Promise<number> {
    const text = await this.get('/metrics');
    const seconds = /^health_export_event_loop_delay_seconds\{quantile="0\.99"\} (\S+)$/m.exec(text)?.[1];
    if (seconds === undefined) throw new Error('/metrics has no event loop delay');
    return Number(seconds) * 1000;
  }

  /** Tells it to stop and resolves when it is gone; rejects when it takes too long or fails. */
  stop(): Promise<void> {
    return endProcess(this.child);
  }
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const isGone = await Promise.race([exited.then(() => true), delay(stopTimeoutMs, false, { ref: false })]);
  if (isGone) return;
  child.kill('SIGKILL');
  await exited;
  throw new Error('the service did not stop when it was told to');
}
