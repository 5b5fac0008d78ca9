import { spawn } from 'node:child_process';
import type { ServiceAccount } from './service-account';

/** How a program is run: `env` is all that it sees, `account` the user it becomes (only root can ask for one). */
export interface RunProgramOptions {
  env?: Record<string, string>;
  cwd?: string;
  account?: ServiceAccount | undefined;
  input?: string;
  timeoutMs: number;
}

/** `code` is null when the program could not be started, was killed, or ran into its time-out. */
export interface ProgramResult {
  code: number | null;
  /** What it wrote to both of its outputs, in order of arrival; the system's reason when it could not be started. */
  output: string;
}

/**
 * Runs a program to its end. Never rejects: a program that is not there, may not be run or does not end in time is a
 * result. It gets its own process group, so that Ctrl-C in a terminal is ours to handle and a time-out ends its
 * children too.
 */
export async function runProgram(command: string, args: string[], options: RunProgramOptions): Promise<ProgramResult> {
  try {
    return await spawnToEnd(command, args, options);
  } catch (error) {
    // Node reports some failures of a spawn with an event and throws others, such as not being allowed to change user.
    return { code: null, output: (error as Error).message };
  }
}

function spawnToEnd(command: string, args: string[], options: RunProgramOptions): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(command, args, {
      // '/' because the account may not be able to enter our own working directory.
      cwd: options.cwd ?? '/',
      env: options.env ?? {},
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.account && { uid: options.account.uid, gid: options.account.gid }),
    });
    const timer = setTimeout(() => {
      output += `\nno end within ${options.timeoutMs} ms`;
      killGroup(child.pid);
      // A grandchild in a group of its own may still hold the pipes open.
      resolve({ code: null, output });
    }, options.timeoutMs);
    const collect = (chunk: string) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) {
      process.kill(-pid, 'SIGKILL');
    }
  } catch {
    // It ended by itself in the meantime.
  }
}
