import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** How a command ended and what it printed. */
export interface CliOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const entry = join(__dirname, '../../../dist/src/cli.js');

/** Starts the built command line as a process of its own, with these variables and none of ours. */
export function startCli(args: readonly string[], env: Record<string, string>): ChildProcess {
  const path = process.env['PATH'] ?? '';
  return spawn(process.execPath, [entry, ...args], { env: { PATH: path, ...env }, stdio: 'pipe' });
}

/** Resolves when the process has ended. */
export function waitForCli(child: ChildProcess): Promise<CliOutcome> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** Runs a command to its end. */
export function runCli(args: readonly string[], env: Record<string, string>): Promise<CliOutcome> {
  return waitForCli(startCli(args, env));
}
