import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DebianPackage, debianLibraries, downloadDebianPackage } from './debian-package';
import { canExecute, findOnPath } from './find-on-path';
import { runProgram } from './run-program';
import type { ServiceAccount } from './service-account';

/** A Redis server program that was seen to run. */
export interface RedisProgram {
  /** An absolute path, or one relative to `cwd`, whose parents the account need not be able to enter. */
  command: string;
  cwd: string;
  env: Record<string, string>;
  /** Where it came from, for people. */
  source: string;
}

/** BullMQ's first choice of commands came with this one; older servers make it warn or fail. */
const OLDEST_VERSION = [6, 2] as const;
const PROGRAM_NAMES = ['redis-server', 'valkey-server'];
/** Name of the server program in the unpacked directory. */
const UNPACKED_PROGRAM = 'redis-server';
/** A download may take this long; a service should not wait longer for an accelerator. */
const DOWNLOAD_TIMEOUT_MS = 20_000;

/** Debian's Redis: its redis-server is a link to the checking tool of redis-tools, one program that goes by its name. */
export const debianRedis: DebianPackage = {
  title: 'Redis',
  name: 'redis-tools',
  withDependencies: true,
  programs: { [UNPACKED_PROGRAM]: 'usr/bin/redis-check-rdb' },
};

/**
 * Finds a Redis or Valkey of version 6.2 or later that `account` can run: on the search path, else as an earlier run
 * unpacked it below `redisDir` (which exists), else by downloading Debian's package now.
 *
 * Errors: none; where there is nothing, `unavailable` says why in one line.
 */
export async function findRedisProgram(
  redisDir: string,
  searchPath: string,
  account: ServiceAccount | undefined,
  log: (line: string) => void,
): Promise<RedisProgram | { unavailable: string }> {
  const refusals: string[] = [];
  for (const name of PROGRAM_NAMES) {
    const command = await findOnPath(name, searchPath);
    const refusal = command && (await findFault({ command, cwd: redisDir, env: {}, source: command }, account));
    if (command && !refusal) {
      return { command, cwd: redisDir, env: {}, source: command };
    }
    if (refusal) {
      refusals.push(refusal);
    }
  }

  const unpackedDir = join(redisDir, 'debian');
  const unpacked: RedisProgram = {
    command: `./${UNPACKED_PROGRAM}`,
    cwd: unpackedDir,
    env: { LD_LIBRARY_PATH: debianLibraries },
    source: `Debian's package, unpacked in ${unpackedDir}`,
  };
  if (await canExecute(join(unpackedDir, UNPACKED_PROGRAM))) {
    if (!(await findFault(unpacked, account))) {
      return unpacked;
    }
    // Unpacked on another system, or damaged: the download takes its place.
    await rm(unpackedDir, { recursive: true, force: true });
  }

  const tools = { aptGet: await findOnPath('apt-get', searchPath), dpkg: await findOnPath('dpkg', searchPath) };
  if (tools.aptGet === undefined || tools.dpkg === undefined) {
    const nothing = refusals.length === 0 ? 'no redis-server or valkey-server on the PATH, and ' : '';
    return { unavailable: [...refusals, `${nothing}no apt-get and dpkg to download one`].join('; ') };
  }
  log('no redis-server or valkey-server on the PATH: downloading the package of this Debian');
  const failure = await downloadDebianPackage(debianRedis, {
    targetDir: unpackedDir,
    aptGet: tools.aptGet,
    dpkg: tools.dpkg,
    searchPath,
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
  });
  const fault = failure ?? (await findFault(unpacked, account));
  return fault ? { unavailable: [...refusals, fault].join('; ') } : unpacked;
}

/** Why this program is of no use to us, in one line; undefined when it is. */
async function findFault(program: RedisProgram, account: ServiceAccount | undefined): Promise<string | undefined> {
  const { cwd, env } = program;
  const shown = await runProgram(program.command, ['--version'], { cwd, env, account, timeoutMs: 5_000 });
  const [, major, minor] = /v=(\d+)\.(\d+)/.exec(shown.output) ?? [];
  if (shown.code !== 0 || major === undefined) {
    return `${program.source} does not run: ${shown.output.trim().split('\n').at(-1)}`;
  }
  const [oldestMajor, oldestMinor] = OLDEST_VERSION;
  const isTooOld = Number(major) < oldestMajor || (Number(major) === oldestMajor && Number(minor) < oldestMinor);
  return isTooOld ? `${program.source} is version ${major}.${minor}, older than 6.2` : undefined;
}
