import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { runProgram } from './run-program';

/**
 * One process, told apart from every other one, also from a later one that got the same number.
 *
 * `startedAt` is only ever compared for equality: clock ticks since boot on Linux, milliseconds since 1970 elsewhere.
 * `machine` stands for one boot of one machine and one process-number space: two containers that share a directory
 * differ in it although both may call themselves process 1.
 */
export interface ProcessIdentity {
  pid: number;
  startedAt: string;
  machine: string;
}

/** What the system tells about a running process. */
export interface RunningProcess {
  parentPid: number;
  startedAt: string;
}

/** The running process with this number; undefined when there is none or when it is dead and only waits to be reaped. */
export function findRunningProcess(pid: number): Promise<RunningProcess | undefined> {
  return process.platform === 'linux' ? readProcStat(pid) : readPs(pid);
}

/** The identity of the process with this number, this one by default; undefined when it is not running. */
export async function identifyProcess(pid: number = process.pid): Promise<ProcessIdentity | undefined> {
  const running = await findRunningProcess(pid);
  return running && { pid, startedAt: running.startedAt, machine: await identifyMachine() };
}

/** True while exactly this process runs here. False says nothing about a process of another machine. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  const current = await identifyProcess(identity.pid);
  return current?.startedAt === identity.startedAt && current.machine === identity.machine;
}

/**
 * What a file of `/proc` says, or `otherwise` where there is no such file, process or `/proc`, or it is hidden from us.
 * Anything else that keeps it from being read (too many open files) must not look as if a process had gone.
 */
async function unlessAbsent<T, U>(reading: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await reading;
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return otherwise;
    throw error;
  }
}

/** Twelve hexadecimal digits that stand for this boot of this machine and this process-number space. */
export async function identifyMachine(): Promise<string> {
  const parts = await Promise.all([
    unlessAbsent(readFile('/proc/sys/kernel/random/boot_id', 'utf8'), hostname()),
    unlessAbsent(readlink('/proc/self/ns/pid'), ''),
  ]);
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12);
}

async function readProcStat(pid: number): Promise<RunningProcess | undefined> {
  const stat = await unlessAbsent(readFile(`/proc/${pid}/stat`, 'utf8'), undefined);
  // The second field is the program's name in brackets and may itself hold spaces and brackets.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Numbers of proc_pid_stat(5), less the two fields cut off: 3 state, 4 parent, 22 start time.
  const [state, parentPid, startedAt] = [fields?.[0], fields?.[1], fields?.[19]];
  if (!state || 'ZXx'.includes(state) || !parentPid || !startedAt) {
    return undefined;
  }
  return { parentPid: Number(parentPid), startedAt };
}

async function readPs(pid: number): Promise<RunningProcess | undefined> {
  const shown = await runProgram('/bin/ps', ['-o', 'ppid=,state=,lstart=', '-p', String(pid)], {
    env: { LC_ALL: 'C', TZ: 'UTC' },
    timeoutMs: 5_000,
  });
  const [, parentPid, state, startedAt] = /^\s*(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(shown.output) ?? [];
  if (shown.code !== 0 || !parentPid || !startedAt || state?.startsWith('Z')) {
    return undefined;
  }
  return { parentPid: Number(parentPid), startedAt: String(Date.parse(startedAt)) };
}
