import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { findRunningProcess } from './process-identity';
import { runProgram } from './run-program';
import type { ServiceAccount } from './service-account';

/** How a process ended: `code` when it exited by itself, `signal` when it was killed. */
export interface ExitStatus {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** One step of stopping: the signal, and how long to wait for the end before the next step is taken. */
export interface StopStep {
  signal: NodeJS.Signals;
  waitMs: number;
}

/** What to start, and how it is to be stopped. */
export interface ServerProgram {
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  account: ServiceAccount | undefined;
  /** Text for its standard input, which is then closed. */
  input?: string;
  /** Tried in order; the last one has to be SIGKILL. */
  stopSteps: readonly StopStep[];
  /** Gets each line that the server writes, without its line break. */
  log: (line: string) => void;
}

/** A server that runs as our child. */
export interface ServerProcess {
  pid: number;
  /** Resolves when the server has ended, for whatever reason; never rejects. */
  exited: Promise<ExitStatus>;
  /** Ends the server by its stop steps and resolves when it is gone; further calls get the same promise. */
  stop(): Promise<void>;
  /** The last lines that it wrote, for the message of a failed start. */
  recentOutput(): string;
}

const RECENT_LINES = 20;
const POLL_MS = 20;
/** util-linux is on every Debian, Fedora and Ubuntu; without it a killed service leaves its servers to the next start. */
const SETPRIV = '/usr/bin/setpriv';

/**
 * Starts a server in a session of its own: Ctrl-C in a terminal reaches us only, and we stop the server when
 * nobody needs it any more. Should we be killed, Linux sends it the first stop signal (where setpriv can arrange that).
 *
 * Errors: rejects when the program cannot be started. A server that ends early is told by `exited`.
 */
export async function startServerProcess(program: ServerProgram): Promise<ServerProcess> {
  const [command, ...args] = [...(await deathSignalPrefix(program)), program.command, ...program.args];
  const child = spawn(command ?? program.command, args, {
    cwd: program.cwd,
    env: program.env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(program.account && { uid: program.account.uid, gid: program.account.gid }),
  });
  const recent: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      recent.push(line);
      recent.splice(0, recent.length - RECENT_LINES);
      program.log(line);
    });
  }
  let running = true;
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('exit', (code, signal) => {
      running = false;
      resolve({ code, signal });
    });
  });
  child.stdin.on('error', () => {});
  child.stdin.end(program.input ?? '');
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.on('error', reject);
  });

  let stopping: Promise<void> | undefined;
  return {
    pid: child.pid ?? 0,
    exited,
    stop() {
      stopping ??= takeSteps(
        program.stopSteps,
        (signal) => child.kill(signal),
        () => Promise.resolve(running),
      );
      return stopping;
    },
    recentOutput: () => recent.join('\n'),
  };
}

/**
 * Ends a server that is not our child, left over by a service that was killed. The caller has made sure that `pid` is
 * what it believes it to be. Resolves when it is gone.
 */
export async function stopLeftOverServer(pid: number, stopSteps: readonly StopStep[]): Promise<void> {
  const startedAt = (await findRunningProcess(pid))?.startedAt;
  const isStillThere = async () => {
    const current = await findRunningProcess(pid);
    return current !== undefined && current.startedAt === startedAt;
  };
  await takeSteps(stopSteps, (signal) => process.kill(pid, signal), isStillThere);
}

async function takeSteps(
  stopSteps: readonly StopStep[],
  send: (signal: NodeJS.Signals) => void,
  isRunning: () => Promise<boolean>,
): Promise<void> {
  for (const { signal, waitMs } of stopSteps) {
    if (!(await isRunning())) {
      return;
    }
    try {
      send(signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
        throw error;
      }
    }
    const stopWaitingAtMs = Date.now() + waitMs;
    while ((await isRunning()) && Date.now() < stopWaitingAtMs) {
      await delay(POLL_MS);
    }
  }
}

async function deathSignalPrefix({ stopSteps, account }: ServerProgram): Promise<string[]> {
  const signal = stopSteps[0]?.signal.replace('SIG', '');
  if (process.platform !== 'linux' || signal === undefined) {
    return [];
  }
  const prefix = [SETPRIV, '--pdeathsig', signal, '--'];
  const trial = await runProgram(SETPRIV, [...prefix.slice(1), '/bin/true'], { account, timeoutMs: 2_000 });
  return trial.code === 0 ? prefix : [];
}
