import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/embedded/embedded-postgres';
import { findFreePort } from '../../../src/embedded/free-port';
import { preparePostgresBinaries } from '../../../src/embedded/postgres-binaries';
import { clusterArgument } from '../../../src/embedded/postgres-cluster';
import { findRunningProcess } from '../../../src/embedded/process-identity';
import { readRunningInstance } from '../../../src/embedded/running-instance';
import { chooseServiceAccount } from '../../../src/embedded/service-account';
import { buildCheckout, eventually, startService, temporaryDirectory } from './checkout';
import { query } from './query';

const lines: string[] = [];
let checkout: string;
let dataDir: string;
let clusterDir: string;

beforeAll(async () => {
  const directory = await temporaryDirectory();
  checkout = await buildCheckout(join(directory, 'checkout'), 'repository');
  dataDir = join(directory, 'data');
  clusterDir = join(dataDir, 'postgres');
});

function start() {
  return startEmbeddedPostgres({ dataDir, log: (line) => lines.push(line), memoryBytes: 512 * 1024 * 1024 });
}

async function postmasterPid(): Promise<number> {
  return Number.parseInt(await readFile(join(clusterDir, 'postmaster.pid'), 'utf8'), 10);
}

async function isGone(pid: number): Promise<boolean> {
  return (await findRunningProcess(pid)) === undefined;
}

describe('our own PostgreSQL', () => {
  it('does not hear Ctrl-C, ends with its service, and is found by others until then', async () => {
    const service = startService(checkout, dataDir, ['postgres']);
    const { postgresUrl } = await service.next();
    const pid = await postmasterPid();
    process.kill(-(service.child.pid ?? 0), 'SIGINT');
    expect(await service.next()).toEqual({ interrupted: true });

    expect(await readRunningInstance(dataDir)).toEqual({ pid: service.child.pid, postgresUrl });
    await query(String(postgresUrl), 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)');
    expect(await isGone(pid)).toBe(false);

    await service.end('SIGTERM');
    expect(await isGone(pid)).toBe(true);
    expect(await readRunningInstance(dataDir)).toBeUndefined();
  });

  it('refuses the data directory of a live service, without touching that service', async () => {
    const service = startService(checkout, dataDir, ['postgres']);
    const { postgresUrl } = await service.next();
    await expect(start()).rejects.toThrow(`in use by a service under test (process ${service.child.pid},`);
    expect(await query(String(postgresUrl), 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
    await service.end('SIGTERM');
  });

  if (existsSync('/usr/bin/setpriv')) {
    it('ends when its service is killed', async () => {
      const service = startService(checkout, dataDir, ['postgres']);
      await service.next();
      const pid = await postmasterPid();

      await service.end('SIGKILL');

      await eventually(() => isGone(pid));
    });
  }

  it('is stopped and started again when it was left behind', async () => {
    const account = await chooseServiceAccount(clusterDir);
    const { postgres } = await preparePostgresBinaries(dataDir, account);
    const options = ['-D', clusterArgument(clusterDir), '-c', 'unix_socket_directories='];
    const port = await findFreePort();
    // The shell ends at once and leaves the server to the system.
    spawn('/bin/sh', ['-c', '"$0" "$@" &', postgres, ...options, '-p', String(port)], {
      cwd: clusterDir,
      detached: true,
      stdio: 'ignore',
      ...account,
    });
    await eventually(async () =>
      /\nready/.test(await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '')),
    );
    const orphan = await postmasterPid();

    const started = await start();

    expect(await isGone(orphan)).toBe(true);
    expect(lines).toContain(`stopping the PostgreSQL that an earlier run left behind (process ${orphan})`);
    expect(lines.join('\n')).not.toContain('automatic recovery');
    expect(await query(started.url, 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
    await started.stop();
  });

  it('recovers when it was killed itself, and leaves a process alone that has its number by now', async () => {
    const first = await start();
    await query(first.url, 'INSERT INTO kept VALUES (8)');
    process.kill(await postmasterPid(), 'SIGKILL');
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const lockFile = join(clusterDir, 'postmaster.pid');
    const bystander = spawn('/bin/sleep', ['20'], { ...(await chooseServiceAccount(clusterDir)) });
    await writeFile(lockFile, (await readFile(lockFile, 'utf8')).replace(/^\d+/, String(bystander.pid)));

    const second = await start();

    expect(await query(second.url, 'SELECT id FROM kept ORDER BY id')).toEqual([{ id: 7 }, { id: 8 }]);
    expect(await isGone(bystander.pid ?? 0)).toBe(false);
    bystander.kill();
    await second.stop();
  });

  it('is not half there when its making was cut short', async () => {
    await mkdir(join(dataDir, 'postgres.new-abc', 'data'), { recursive: true });
    const started = await start();
    expect(existsSync(join(dataDir, 'postgres.new-abc'))).toBe(false);
    await started.stop();
  });

  it('leaves nothing running when its start is called off', async () => {
    const controller = new AbortController();
    let pid = 0;
    const log = (line: string) => {
      if (line.includes('starting PostgreSQL')) {
        pid = Number.parseInt(readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8'), 10);
        controller.abort(new Error('called off'));
      }
    };

    await expect(startEmbeddedPostgres({ dataDir, log, signal: controller.signal })).rejects.toThrow('called off');

    expect(pid).toBeGreaterThan(0);
    expect(await isGone(pid)).toBe(true);
  });

  it('refuses the data of another major version and changes nothing', async () => {
    await writeFile(join(clusterDir, 'PG_VERSION'), '17\n');
    await expect(start()).rejects.toThrow(/holds data of PostgreSQL 17, but the installed version is \d+/);
    expect(await readFile(join(clusterDir, 'PG_VERSION'), 'utf8')).toBe('17\n');
  });
});
