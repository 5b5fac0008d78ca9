import { type ChildProcess, fork } from 'node:child_process';
import type { BenchContext } from '../bench-context';

/** A script that was started, says `ready`, and begins when it is told to. */
export interface ChildTask<Report> {
  /** Lets it begin and resolves with its report; rejects when it ends without one. */
  run(): Promise<Report>;
}

/** Starts a script of the benchmarks as a process of its own; resolves when it is ready, rejects when it never is. */
export async function startChildTask<Report>(
  context: BenchContext,
  script: string,
  args: readonly string[],
): Promise<ChildTask<Report>> {
  const child = fork(script, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true });
  context.atEnd(() => {
    if (child.connected) child.disconnect();
  });
  await nextMessage(child, 'ready');
  return {
    run() {
      const report = nextMessage(child, 'report');
      // When a benchmark fails beside it, the child is ended and nobody waits for its report any more.
      report.catch(() => undefined);
      child.send({ go: true });
      return report as Promise<Report>;
    },
  };
}

function nextMessage(child: ChildProcess, key: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const leave = (code: number | null): void => reject(new Error(`a child process ended with code ${code}`));
    child.once('exit', leave);
    child.once('message', (message: Record<string, unknown>) => {
      child.off('exit', leave);
      resolve(message[key]);
    });
  });
}
