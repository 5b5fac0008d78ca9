import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { findRedisProgram } from '../../src/embedded/redis-program';

/** A Redis of one's own, always at one address, that can be killed and frozen. It keeps nothing on the disk. */
export class RedisServer {
  private child: ChildProcess | null = null;
  private isClosed = false;

  /** One that is not running yet; `programDir` is where a Redis was unpacked, or will be, if none is on the PATH. */
  constructor(
    private readonly programDir: string,
    private readonly port: number,
  ) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const path = process.env['PATH'] ?? '';
    const program = await findRedisProgram(this.programDir, path, undefined, () => undefined);
    if ('unavailable' in program) throw new Error(program.unavailable);
    if (this.isClosed) throw new Error('Redis is not started any more');
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.child = spawn(program.command, args, { cwd: program.cwd, env: program.env, stdio: 'ignore' });
    await this.ask((client) => client.ping());
  }

  /** Runs commands on a connection of their own. */
  async ask<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.url, {
      retryStrategy: () => 20,
      maxRetriesPerRequest: 250,
      enableReadyCheck: false,
    });
    client.on('error', () => undefined);
    try {
      return await work(client);
    } finally {
      client.disconnect();
    }
  }

  /** SIGKILL; everything in it is gone. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Kills it for good. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.kill();
  }

  /** It keeps its connections and takes new ones, and answers nothing. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }
}
