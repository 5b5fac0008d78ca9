import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '../../src/embedded/free-port';

/** What a replica works with. */
export interface ReplicaParts {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Settings on top of the defaults. */
  readonly env?: Readonly<Record<string, string>>;
  /** What starts it; without, Node on the built service. */
  readonly command?: readonly [program: string, ...args: string[]];
}

const projectRoot = join(__dirname, '../..');
const startTimeoutMs = 60_000;

/**
 * The built service as a process of its own on given parts, always on the same port however often it is started. The
 * runner of the tests has built it; a build in the middle of them would look like a slow start.
 */
export class Replica {
  private running: ReturnType<typeof spawn> | null = null;
  private exited: Promise<number | null> = Promise.resolve(null);
  private output = '';
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'health-export-replica-'));

  private constructor(
    readonly port: number,
    private readonly parts: ReplicaParts,
  ) {}

  /** One that is not started yet. */
  static async create(parts: ReplicaParts): Promise<Replica> {
    return new Replica(await findFreePort(), parts);
  }

  /** Starts the process; its output is at hand when something goes wrong. */
  spawn(): void {
    const { databaseUrl, redisUrl, env = {}, command = [process.execPath, 'dist/src/main.js'] } = this.parts;
    const [program, ...args] = command;
    this.output = '';
    this.running = spawn(program, args, {
      cwd: projectRoot,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        NODE_ENV: 'test',
        LOG_FORMAT: 'json',
        LOG_LEVEL: 'warn',
        DATABASE_URL: databaseUrl,
        REDIS_URL: redisUrl,
        DATA_DIR: this.dataDir,
        PORT: String(this.port),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.running.stdout, this.running.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
    this.exited = once(this.running, 'close').then(([code]) => code);
  }

  /** Starts it and waits until it is ready; rejects with what it printed. */
  async start(): Promise<void> {
    this.spawn();
    const giveUpAtMs = performance.now() + startTimeoutMs;
    while ((await this.probe('/ready')) !== 200) {
      const isGone = this.running?.exitCode !== null;
      if (isGone || performance.now() > giveUpAtMs) throw new Error(`the replica is not ready:\n${this.output}`);
      await delay(50);
    }
  }

  /** The status that a probe is answered with; 0 when nobody answers, or not within `timeoutMs`. */
  async probe(path: '/health' | '/ready', timeoutMs = 2000): Promise<number> {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const answer = await fetch(`http://127.0.0.1:${this.port}${path}`, { signal, headers: { connection: 'close' } });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 0;
    }
  }

  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void {
    this.running?.kill(signal);
  }

  /** Tells it to stop; resolves with its exit code. */
  stop(): Promise<number | null> {
    this.kill('SIGTERM');
    return this.exited;
  }

  /** Everything it has printed since it was started. */
  get printed(): string {
    return this.output;
  }

  /** Ends whatever is left of it. */
  async remove(): Promise<void> {
    if (this.running !== null && this.running.exitCode === null && this.running.signalCode === null) {
      this.kill('SIGCONT');
      this.kill('SIGKILL');
      await this.exited;
    }
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
