import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from './run-program';

/** Name of the server program in the unpacked directory. */
export const DEBIAN_PROGRAM = 'redis-server';
/** Name of the directory next to it that holds the libraries which this machine lacks. */
export const DEBIAN_LIBRARIES = 'lib';

/** `targetDir` has to lie in a directory that exists; `searchPath` is what apt-get and dpkg get as PATH; `timeoutMs` is for everything together. */
export interface DebianRedisOptions {
  targetDir: string;
  aptGet: string;
  dpkg: string;
  searchPath: string;
  timeoutMs: number;
}

/**
 * Downloads Debian's (or Ubuntu's) Redis with the libraries that are missing here, and unpacks it to `targetDir`.
 * Needs no root and changes nothing outside of that directory: apt works on package lists and caches of its own.
 * Signatures are checked as always. Of two downloads at once the first one is kept.
 *
 * Errors: never rejects; the reason of a failure is returned, in one line.
 */
export async function downloadDebianRedis(options: DebianRedisOptions): Promise<string | undefined> {
  const workDir = await mkdtemp(`${options.targetDir}.new-`);
  try {
    return await downloadTo(workDir, options);
  } catch (error) {
    return `the Redis package could not be unpacked: ${(error as Error).message}`;
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

async function downloadTo(workDir: string, options: DebianRedisOptions): Promise<string | undefined> {
  const giveUpAtMs = Date.now() + options.timeoutMs;
  const run = (command: string, args: string[]) =>
    runProgram(command, args, {
      cwd: workDir,
      env: { PATH: options.searchPath, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      timeoutMs: Math.max(1, giveUpAtMs - Date.now()),
    });

  const configPath = join(workDir, 'apt.conf');
  await writeFile(configPath, aptConfiguration(workDir));
  await mkdir(join(workDir, 'state', 'lists', 'partial'), { recursive: true });
  await mkdir(join(workDir, 'cache', 'archives', 'partial'), { recursive: true });
  // Its own failure is not looked at: a source that does not answer matters only if the package is then not found.
  await run(options.aptGet, ['-c', configPath, '-q', 'update']);
  // Debian's redis-server is a link to the checking tool of redis-tools: one program that goes by its name.
  const install = ['-q', '-y', '--no-install-recommends', '--download-only', '--reinstall', 'install', 'redis-tools'];
  const downloaded = await run(options.aptGet, ['-c', configPath, ...install]);
  if (downloaded.code !== 0) {
    return `the Redis package could not be downloaded: ${lastLine(downloaded.output)}`;
  }

  const archivesDir = join(workDir, 'cache', 'archives');
  const unpackedDir = join(workDir, 'unpacked');
  for (const archive of (await readdir(archivesDir)).filter((name) => name.endsWith('.deb'))) {
    const unpacked = await run(options.dpkg, ['-x', join(archivesDir, archive), unpackedDir]);
    if (unpacked.code !== 0) {
      return `the Redis package could not be unpacked: ${lastLine(unpacked.output)}`;
    }
  }
  const resultDir = join(workDir, 'result');
  await collect(unpackedDir, resultDir);
  await rename(resultDir, options.targetDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') {
      throw error;
    }
  });
  return undefined;
}

/** Keeps the program under the name that makes it a server, and all libraries in one directory. */
async function collect(unpackedDir: string, resultDir: string): Promise<void> {
  const librariesDir = join(resultDir, DEBIAN_LIBRARIES);
  await mkdir(librariesDir, { recursive: true });
  // Set, not inherited: a restrictive umask must not lock out the account that the server runs under.
  await chmod(resultDir, 0o755);
  await chmod(librariesDir, 0o755);
  await rename(join(unpackedDir, 'usr', 'bin', 'redis-check-rdb'), join(resultDir, DEBIAN_PROGRAM));
  for (const entry of await readdir(unpackedDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isDirectory() && /\.so(\.|$)/.test(entry.name)) {
      await rename(join(entry.parentPath, entry.name), join(librariesDir, entry.name));
    }
  }
}

function aptConfiguration(workDir: string): string {
  return [
    `Dir::State "${workDir}/state";`,
    `Dir::Cache "${workDir}/cache";`,
    'Debug::NoLocking "true";',
    // Below a directory that only root can enter, apt's own download user could not write.
    'APT::Sandbox::User "root";',
    // Other programs that hook into apt are not concerned.
    '#clear APT::Update::Pre-Invoke;',
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    // Only the list of packages is needed: no translations, no catalogue for software centres (4 of 14 MB).
    'Acquire::Languages "none";',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";',
    'Acquire::http::Timeout "10";',
    'Acquire::https::Timeout "10";',
    '',
  ].join('\n');
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
