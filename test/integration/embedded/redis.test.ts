import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Redis from 'ioredis';
import { beforeAll, describe, expect, it } from 'vitest';
import { downloadDebianPackage } from '../../../src/embedded/debian-package';
import { type EmbeddedRedis, startEmbeddedRedis } from '../../../src/embedded/embedded-redis';
import { findRunningProcess, identifyProcess } from '../../../src/embedded/process-identity';
import { debianRedis } from '../../../src/embedded/redis-program';
import { buildCheckout, eventually, isRoot, nobody, startService, temporaryDirectory, userOf } from './checkout';

const lines: string[] = [];
/** Everything of this machine except a Redis: what a machine looks like on which none was installed. */
let pathWithoutRedis: string;
let dataDir: string;

async function start(path: string): Promise<EmbeddedRedis> {
  const started = await startEmbeddedRedis({ dataDir, log: (line) => lines.push(line), path });
  if ('unavailable' in started) {
    throw new Error(started.unavailable);
  }
  return started;
}

async function ask<T>(redis: EmbeddedRedis, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(redis.url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  await client.connect();
  try {
    return await question(client);
  } finally {
    client.disconnect();
  }
}

async function pidOf(redis: EmbeddedRedis): Promise<number> {
  return Number(/process_id:(\d+)/.exec(await ask(redis, (client) => client.info('server')))?.[1]);
}

async function isGone(pid: number): Promise<boolean> {
  return (await findRunningProcess(pid)) === undefined;
}

/** A directory for PATH with one shell script in it per name. */
async function pathWithScripts(scripts: Record<string, string>): Promise<string> {
  const directory = await temporaryDirectory();
  await chmod(directory, 0o755);
  for (const [name, text] of Object.entries(scripts)) {
    await writeFile(join(directory, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  return directory;
}

beforeAll(async () => {
  const directory = await temporaryDirectory();
  // A quote and a space, as in many a home directory, must not disturb the download.
  dataDir = join(directory, "someone's data");
  pathWithoutRedis = join(directory, 'bin');
  await mkdir(pathWithoutRedis);
  for (const from of ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].filter(existsSync)) {
    for (const name of await readdir(from)) {
      if (!/^(redis|valkey)/.test(name) && !existsSync(join(pathWithoutRedis, name))) {
        await symlink(join(from, name), join(pathWithoutRedis, name)).catch(() => {});
      }
    }
  }
});

describe('our own Redis', () => {
  if (existsSync('/usr/bin/apt-get')) {
    it('is downloaded where none runs, and keeps nothing on the disk', async () => {
      await mkdir(join(dataDir, 'redis', 'debian'), { recursive: true });
      await writeFile(join(dataDir, 'redis', 'debian', 'redis-server'), 'of another system', { mode: 0o755 });

      const redis = await start(pathWithoutRedis);

      expect(redis.source).toBe(`Debian's package, unpacked in ${dataDir}/redis/debian`);
      await ask(redis, async (client) => {
        await client.set('a', 'b');
        expect(await client.get('a')).toBe('b');
        const settings = await client.config('GET', 'maxmemory-policy', 'save', 'appendonly', 'bind');
        expect(settings).toEqual(expect.arrayContaining(['noeviction', '', 'no', '127.0.0.1']));
        expect(Number(((await client.config('GET', 'maxmemory')) as string[])[1])).toBeGreaterThan(0);
      });
      const url = new URL(redis.url);
      const pid = await pidOf(redis);
      expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(url.password);
      expect(await userOf(pid)).toBe(isRoot ? nobody.uid : process.getuid?.());
      url.password = 'wrong';
      await expect(ask({ ...redis, url: url.href }, (client) => client.get('a'))).rejects.toThrow();

      await redis.stop();
      await redis.stop();
      expect(await isGone(pid)).toBe(true);
      expect(await readdir(join(dataDir, 'redis'))).toEqual(['debian']);
    });

    it('starts again without a download, and ends when its service is killed', async () => {
      lines.length = 0;
      const redis = await start('');
      expect(lines.join()).not.toContain('download');
      await expect(start('')).rejects.toThrow('is in use by this very process');
      expect(await ask(redis, (client) => client.get('a'))).toBeNull();
      await redis.stop();

      const checkout = await buildCheckout(join(await temporaryDirectory(), 'checkout'), 'repository');
      const service = startService(checkout, dataDir, ['redis']);
      const { redisUrl } = await service.next();
      const pid = await pidOf({ ...redis, url: String(redisUrl) });
      await service.end('SIGKILL');
      if (existsSync('/usr/bin/setpriv')) {
        await eventually(() => isGone(pid));
      }
      await (await start('')).stop();
      expect(await isGone(pid)).toBe(true);
    });

    it('is started again where it was, with the password that it had, until it is told to stop', async () => {
      const redis = await start('');
      const killed = await pidOf(redis);
      process.kill(killed, 'SIGKILL');
      await eventually(async () => (await pidOf(redis).catch(() => killed)) !== killed);
      const pid = await pidOf(redis);
      await redis.stop();
      expect(await isGone(pid)).toBe(true);

      // Told while it is being started again, or about to be: none is left.
      const other = await start('');
      process.kill(await pidOf(other), 'SIGKILL');
      await eventually(() =>
        ask(other, (client) => client.ping()).then(
          () => false,
          () => true,
        ),
      );
      await other.stop();
      await expect(pidOf(other)).rejects.toThrow();
      expect(await readdir(join(dataDir, 'redis'))).toEqual(['debian']);
    });

    it('has one winner when two downloads run at once', async () => {
      const targetDir = join(await temporaryDirectory(), 'debian');
      const tools = { aptGet: '/usr/bin/apt-get', dpkg: '/usr/bin/dpkg', searchPath: pathWithoutRedis };
      const download = () => downloadDebianPackage(debianRedis, { ...tools, targetDir, timeoutMs: 20_000 });

      expect(await Promise.all([download(), download()])).toEqual([undefined, undefined]);

      expect(await readdir(targetDir)).toEqual(['lib', 'redis-server']);
      expect(await readdir(join(targetDir, '..'))).toEqual(['debian']);
    });

    it('is taken from the PATH first', async () => {
      const unpacked = join(dataDir, 'redis', 'debian');
      const path = await pathWithScripts({});
      await chmod(unpacked, 0o755);
      const copy = await readFile(join(unpacked, 'redis-server'));
      await writeFile(join(path, 'valkey.bin'), copy, { mode: 0o755 });
      const libraries = join(path, 'lib');
      await mkdir(libraries);
      for (const name of await readdir(join(unpacked, 'lib'))) {
        await writeFile(join(libraries, name), await readFile(join(unpacked, 'lib', name)));
      }
      await writeFile(
        join(path, 'valkey-server'),
        `#!/bin/bash\nLD_LIBRARY_PATH=${libraries} exec -a redis-server ${path}/valkey.bin "$@"\n`,
        { mode: 0o755 },
      );

      const redis = await start(path);

      expect(redis.source).toBe(join(path, 'valkey-server'));
      expect(await ask(redis, (client) => client.ping())).toBe('PONG');
      await redis.stop();
    });
  }

  it('stops the one that an earlier run left behind', async () => {
    const leftOver = spawn('/bin/sh', ['-c', 'sleep 20 & echo $!'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number(await new Promise((resolve) => leftOver.stdout.once('data', resolve)));
    await mkdir(join(dataDir, 'redis'), { recursive: true });
    await writeFile(join(dataDir, 'redis', 'process.json'), JSON.stringify(await identifyProcess(pid)));

    const redis = await startEmbeddedRedis({ dataDir, log: () => {}, path: '' });
    await ('stop' in redis && redis.stop());

    expect(await isGone(pid)).toBe(true);
  });

  it('is unavailable with a reason where there is nothing to run or to download with', async () => {
    dataDir = await temporaryDirectory();
    expect(await startEmbeddedRedis({ dataDir, log: () => {}, path: '' })).toEqual({
      unavailable: 'no redis-server or valkey-server on the PATH, and no apt-get and dpkg to download one',
    });
  });

  it('is unavailable with a reason when the one on the PATH is too old or broken', async () => {
    dataDir = await temporaryDirectory();
    const path = await pathWithScripts({
      'redis-server': 'echo Redis server v=5.0.14 sha=00000000:0',
      'valkey-server': 'echo libfoo.so.1: cannot open shared object file >&2; exit 127',
    });
    const outcome = await startEmbeddedRedis({ dataDir, log: () => {}, path });
    expect(outcome).toEqual({
      unavailable:
        `${path}/redis-server is version 5.0, older than 6.2; ` +
        `${path}/valkey-server does not run: libfoo.so.1: cannot open shared object file; ` +
        'no apt-get and dpkg to download one',
    });
  });

  it('is unavailable with a reason when the download fails or hangs', async () => {
    dataDir = await temporaryDirectory();
    const path = await pathWithScripts({ 'apt-get': 'echo "E: no route to host"; exit 100', dpkg: 'exit 1' });
    expect(await startEmbeddedRedis({ dataDir, log: () => {}, path })).toEqual({
      unavailable: 'the Redis package could not be downloaded: E: no route to host',
    });

    const hanging = await pathWithScripts({ 'apt-get': '/bin/sleep 20', dpkg: 'exit 1' });
    const failure = await downloadDebianPackage(debianRedis, {
      targetDir: join(dataDir, 'debian'),
      aptGet: join(hanging, 'apt-get'),
      dpkg: join(hanging, 'dpkg'),
      searchPath: hanging,
      timeoutMs: 400,
    });
    expect(failure).toMatch(/^the Redis package could not be downloaded: no end within \d+ ms$/);
    expect(await readdir(dataDir)).toEqual(['redis']);
  });
});
