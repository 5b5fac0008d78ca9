import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataDirLock, lockDataDir } from '../../../src/embedded/data-dir-lock';
import { startEmbeddedPostgres } from '../../../src/embedded/embedded-postgres';
import { removeRunningInstance, writeRunningInstance } from '../../../src/embedded/running-instance';
import { type CliOutcome, runCli, startCli, waitForCli } from './run-cli';

let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cli-embedded-'));
});

afterAll(() => rm(dataDir, { recursive: true }));

function cli(...args: string[]): Promise<CliOutcome> {
  return runCli(args, { DATA_DIR: dataDir });
}

async function isLocked(): Promise<boolean> {
  const lock: DataDirLock | null = await lockDataDir(dataDir, { purpose: 'a test' }).catch(() => null);
  await lock?.release();
  return lock === null;
}

test('without a service it brings the database itself, keeps what was done and leaves nothing running', async () => {
  expect(await cli('users', 'add', 'anna')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await isLocked()).toBe(false);
  expect(await readdir(join(dataDir, 'postgres'))).not.toContain('postmaster.pid');
  expect(await cli('keys', 'add', '--user', 'nobody')).toMatchObject({ exitCode: 1 });
  expect(await readdir(join(dataDir, 'postgres'))).not.toContain('postmaster.pid');
  const { stdout } = await cli('users', 'list');
  expect(stdout).toMatch(/^NAME .*\nanna /);
});

test('it waits for whoever starts or ends on the same data', async () => {
  const lock = await lockDataDir(dataDir, { purpose: 'a service that starts' });
  const outcome = cli('users', 'add', 'bo');
  // Longer than two that come at the same moment need to find out who was first.
  await new Promise((resolve) => setTimeout(resolve, 4000));
  await lock.release();
  expect(await outcome).toMatchObject({ exitCode: 0, stderr: '' });
});

test("with a service it works on the service's database", async () => {
  const lock = await lockDataDir(dataDir, { purpose: 'the service' });
  const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  await writeRunningInstance(dataDir, { postgresUrl: postgres.url });
  try {
    expect(await cli('users', 'add', 'carl')).toMatchObject({ exitCode: 0, stderr: '' });
    const { stdout } = await cli('users', 'list', '--json');
    expect(JSON.parse(stdout).map(({ name }: { name: string }) => name)).toEqual(['anna', 'bo', 'carl']);
    expect(await readdir(join(dataDir, 'postgres'))).toContain('postmaster.pid');
  } finally {
    await removeRunningInstance(dataDir);
    await postgres.stop();
    await lock.release();
  }
});

test('a signal stops what it started', async () => {
  const child = startCli(['users', 'list'], { DATA_DIR: dataDir });
  const outcome = waitForCli(child);
  await expect
    .poll(() => readdir(join(dataDir, 'postgres')), { timeout: 10_000, interval: 5 })
    .toContain('postmaster.pid');
  child.kill('SIGINT');
  expect(await outcome).toMatchObject({ exitCode: 130, stdout: '', stderr: 'Interrupted.\n' });
  expect(await readdir(join(dataDir, 'postgres'))).not.toContain('postmaster.pid');
  expect(await isLocked()).toBe(false);
});
