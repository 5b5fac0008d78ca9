import { readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { assertLeftBehind } from './data-dir-lock';
import { findRunningProcess } from './process-identity';
import { runProgram } from './run-program';
import { type StopStep, stopLeftOverServer } from './server-process';

/**
 * Stops the PostgreSQL that a killed service left running on this data directory, so that it can be started again.
 * A process is stopped only if it is a `postgres` that works in exactly this directory. The lock file of a server that
 * is gone is removed, because PostgreSQL refuses to start when any process of its user has that number by now.
 *
 * Errors: rejects with DataDirInUseError when the server belongs to a live process: another holder of the lock, or this
 * process itself.
 */
export async function stopLeftOverPostgres(
  dataDir: string,
  directory: string,
  stopSteps: readonly StopStep[],
  log: (line: string) => void,
): Promise<void> {
  const lockFile = join(directory, 'postmaster.pid');
  const pid = Number.parseInt((await readFile(lockFile, 'utf8').catch(() => '')).split('\n')[0] ?? '', 10);
  if (Number.isNaN(pid)) {
    return;
  }
  const server = await findRunningProcess(pid);
  if (server && (await worksIn(pid, directory))) {
    await assertLeftBehind(dataDir, server);
    log(`stopping the PostgreSQL that an earlier run left behind (process ${pid})`);
    await stopLeftOverServer(pid, stopSteps);
  }
  await rm(lockFile, { force: true });
}

async function worksIn(pid: number, directory: string): Promise<boolean> {
  if (process.platform !== 'linux') {
    const shown = await runProgram('/bin/ps', ['-o', 'command=', '-p', String(pid)], { timeoutMs: 5_000 });
    return shown.output.includes(`postgres -D ${directory}`);
  }
  const [name, workingDir, dataDir] = await Promise.all([
    readFile(`/proc/${pid}/comm`, 'utf8').catch(() => ''),
    stat(`/proc/${pid}/cwd`).catch(() => undefined),
    stat(directory),
  ]);
  return basename(name.trim()) === 'postgres' && workingDir?.ino === dataDir.ino && workingDir.dev === dataDir.dev;
}
