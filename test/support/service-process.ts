import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { projectRoot } from './project-root';

/** The service as `npm start` runs it, as a process of its own. */
export class ServiceProcess {
  /** Everything it has printed so far. */
  output = '';
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(env: Record<string, string>, args: readonly string[] = []) {
    const inherited = { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_ENV: 'test', LOG_FORMAT: 'json' };
    this.child = spawn(process.execPath, ['scripts/start.mjs', ...args], {
      cwd: projectRoot,
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
    this.exited = once(this.child, 'close').then(([code]) => code);
  }

  /** Waits until the output matches; rejects with the output when the process ends first. */
  async waitFor(pattern: RegExp): Promise<RegExpMatchArray> {
    let ended = false;
    void this.exited.then(() => {
      ended = true;
    });
    for (;;) {
      const match = this.output.match(pattern);
      if (match !== null) return match;
      if (ended) throw new Error(`the service ended before it printed ${pattern}:\n${this.output}`);
      await delay(20);
    }
  }

  /** Waits until it listens and returns its address. */
  async waitUntilListening(): Promise<string> {
    const match = await this.waitFor(/Listening on (http:\/\/\S+)[\s\S]*Ctrl-C stops it/);
    return match[1] as string;
  }

  /** Its process. */
  get pid(): number {
    return this.child.pid as number;
  }

  /** False once it has ended, however it did. */
  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Sends a signal and resolves with the exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return await this.exited;
  }
}

/** Processes that work in a folder or below it. */
export function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      } catch {
        return false;
      }
    });
}
