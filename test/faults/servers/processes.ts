import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** The parent of a process; undefined when there is none of that id. The name, in brackets, may hold anything. */
function parentOf(pid: number): number | undefined {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}

/** A process and its children, the parent first. */
export function familyOf(pid: number): number[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return [pid, ...pids.filter((child) => parentOf(child) === pid)];
}

/** Sends a signal to each of these processes that is still there. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  }
}

/** Resolves when none of these processes is there any more; rejects after 20 s. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  const giveUpAtMs = performance.now() + 20_000;
  while (pids.some((pid) => parentOf(pid) !== undefined)) {
    if (performance.now() > giveUpAtMs) throw new Error(`one of the processes ${pids.join(', ')} does not end`);
    await delay(10);
  }
}
