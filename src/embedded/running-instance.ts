import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readFileIfThere, writePrivateFile } from './private-file';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity';

/** Where the servers of a running service answer. The addresses hold passwords: never log them. */
export interface RunningInstance {
  pid: number;
  postgresUrl: string;
  /** Absent when the service runs without Redis. */
  redisUrl?: string;
}

interface StateFile extends RunningInstance {
  holder: ProcessIdentity;
}

/**
 * Publishes this process's servers in `dataDir/running.json` (mode 0600), for the command line on the same machine.
 * Only the holder of the data directory's lock may call it.
 */
export async function writeRunningInstance(dataDir: string, urls: Omit<RunningInstance, 'pid'>): Promise<void> {
  const holder = await identifyProcess();
  await writePrivateFile(stateFilePath(dataDir), JSON.stringify({ ...urls, pid: process.pid, holder }));
}

/** The published servers, or undefined when none are or when the process that published them is gone. */
export async function readRunningInstance(dataDir: string): Promise<RunningInstance | undefined> {
  const text = await readFileIfThere(stateFilePath(dataDir));
  if (text === undefined) {
    return undefined;
  }
  const { holder, ...instance } = JSON.parse(text) as StateFile;
  return (await isRunning(holder)) ? instance : undefined;
}

/** Withdraws what `writeRunningInstance` published; call it before the servers are stopped. */
export async function removeRunningInstance(dataDir: string): Promise<void> {
  await rm(stateFilePath(dataDir), { force: true });
}

function stateFilePath(dataDir: string): string {
  return join(dataDir, 'running.json');
}
