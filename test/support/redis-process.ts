import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import { findFreePort } from '../../src/embedded/free-port';
import { findRedisProgram } from '../../src/embedded/redis-program';

/** A Redis of one test's own, always at one address, that can be killed and frozen. It keeps nothing on the disk. */
export class RedisProcess {
  private child: ChildProcess | null = null;

  private constructor(private readonly port: number) {}

  /** One that is not running yet. */
  static async absent(): Promise<RedisProcess> {
    return new RedisProcess(await findFreePort());
  }

  /** One that answers. */
  static async started(): Promise<RedisProcess> {
    const redis = await RedisProcess.absent();
    await redis.start();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const path = process.env['PATH'] ?? '';
    const program = await findRedisProgram(inject('redisProgramDir'), path, undefined, () => undefined);
    if ('unavailable' in program) throw new Error(program.unavailable);
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

  /** It keeps its connections and takes new ones, and answers nothing. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }
}
