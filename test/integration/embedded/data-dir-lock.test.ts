import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DataDirInUseError, lockDataDir } from '../../../src/embedded/data-dir-lock';
import {
  findRunningProcess,
  identifyMachine,
  identifyProcess,
  isRunning,
} from '../../../src/embedded/process-identity';
import {
  readRunningInstance,
  removeRunningInstance,
  writeRunningInstance,
} from '../../../src/embedded/running-instance';
import { buildCheckout, eventually, startService, temporaryDirectory } from './checkout';

const us = { purpose: 'this test' };

/** Puts a claim into a data directory as a process with this identity would have left it. */
async function leaveClaim(dataDir: string, identity: { pid: number; startedAt: string; machine: string }) {
  const directory = join(dataDir, 'lock');
  await mkdir(directory, { recursive: true });
  const name = [Date.now() - 60_000, identity.pid, identity.startedAt, identity.machine, 'feedbeef'].join('.');
  await writeFile(join(directory, name), 'the one before');
  return join(directory, name);
}

describe('the lock of a data directory', () => {
  it('refuses a second holder and says who has it', async () => {
    const dataDir = join(await temporaryDirectory(), 'data');
    const lock = await lockDataDir(dataDir, us);

    const refusal = await lockDataDir(dataDir, us).catch((error) => error);

    expect(refusal).toBeInstanceOf(DataDirInUseError);
    expect(refusal.message).toContain(`${dataDir} is in use by this test (process ${process.pid}, since `);
    await lock.release();
    await (await lockDataDir(dataDir, us)).release();
    expect(await readdir(join(dataDir, 'lock'))).toEqual([]);
  });

  it('is taken over at once from a process that was killed', async () => {
    const directory = await temporaryDirectory();
    const checkout = await buildCheckout(join(directory, 'checkout'), 'repository');
    const dataDir = join(directory, 'data');
    const service = startService(checkout, dataDir);
    await service.next();
    await expect(lockDataDir(dataDir, us)).rejects.toThrow(`a service under test (process ${service.child.pid},`);

    await service.end('SIGKILL');

    const startedAtMs = Date.now();
    await lockDataDir(dataDir, us);
    expect(Date.now() - startedAtMs).toBeLessThan(500);
  });

  it('is taken over when another process has the number of the dead one', async () => {
    const dataDir = await temporaryDirectory();
    const self = await identifyProcess();
    await leaveClaim(dataDir, { pid: process.pid, startedAt: '1', machine: self?.machine ?? '' });

    await (await lockDataDir(dataDir, us)).release();
  });

  it('is taken over from a dead process that nobody has reaped', async () => {
    const dataDir = await temporaryDirectory();
    // The shell becomes a program that never asks after its first child.
    const parent = spawn('/bin/sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 20'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const pid = Number(String((await once(parent.stdout, 'data'))[0]));
      const identity = await identifyProcess(pid);
      await leaveClaim(dataDir, identity ?? { pid, startedAt: '', machine: '' });
      await expect(lockDataDir(dataDir, us)).rejects.toThrow(`the one before (process ${pid},`);
      await eventually(async () => (await findRunningProcess(pid)) === undefined);
      expect(() => process.kill(pid, 0)).not.toThrow();

      await (await lockDataDir(dataDir, us)).release();
    } finally {
      parent.kill();
    }
  });

  it('has exactly one winner when many starts want it at once, over the lock of a dead one', async () => {
    for (let round = 0; round < 3; round += 1) {
      const dataDir = await temporaryDirectory();
      await leaveClaim(dataDir, { pid: process.pid, startedAt: '1', machine: await identifyMachine() });

      const tries = await Promise.allSettled(Array.from({ length: 25 }, () => lockDataDir(dataDir, us)));

      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });

  it('has exactly one winner among processes', async () => {
    const directory = await temporaryDirectory();
    const checkout = await buildCheckout(join(directory, 'checkout'), 'repository');
    const services = Array.from({ length: 6 }, () => startService(checkout, join(directory, 'data')));

    const said = await Promise.all(services.map((service) => service.next()));

    expect(said.filter(({ error }) => error === undefined)).toHaveLength(1);
    expect(said.filter(({ error }) => String(error).startsWith('DataDirInUseError: '))).toHaveLength(5);
    await Promise.all(services.map((service) => service.child.exitCode ?? service.end('SIGKILL')));
  });

  it.concurrent('respects a holder on another machine while that shows signs of life', async () => {
    const dataDir = await temporaryDirectory();
    const claim = await leaveClaim(dataDir, { pid: 1, startedAt: '1', machine: 'elsewhere' });
    const heartbeat = setInterval(() => void utimes(claim, new Date(), new Date()), 300);

    await expect(lockDataDir(dataDir, us)).rejects.toThrow('the one before (process 1,');
    clearInterval(heartbeat);
  });

  it.concurrent('takes over from a holder on another machine that has fallen silent', async () => {
    const dataDir = await temporaryDirectory();
    await leaveClaim(dataDir, { pid: 1, startedAt: '1', machine: 'elsewhere' });
    const lock = lockDataDir(dataDir, us);
    expect(await Promise.race([lock, delay(5_000, 'waiting')])).toBe('waiting');

    await (await lock).release();
  });
});

describe('a process', () => {
  it('is not taken for dead because it cannot be looked up', async () => {
    // `/proc/net/stat` is a directory: to read it fails as it does with too many open files, and not for absence.
    const unreadable = { pid: 'net' as unknown as number, startedAt: '1', machine: await identifyMachine() };

    await expect(isRunning(unreadable)).rejects.toThrow('EISDIR');
  });
});

describe('the address of a running instance', () => {
  it('is known while its process lives, to its owner only', async () => {
    const dataDir = await temporaryDirectory();
    expect(await readRunningInstance(dataDir)).toBeUndefined();
    await writeRunningInstance(dataDir, { postgresUrl: 'postgres://a', redisUrl: 'redis://b' });

    expect(await readRunningInstance(dataDir)).toEqual({
      pid: process.pid,
      postgresUrl: 'postgres://a',
      redisUrl: 'redis://b',
    });
    await removeRunningInstance(dataDir);
    expect(await readRunningInstance(dataDir)).toBeUndefined();
  });
});
