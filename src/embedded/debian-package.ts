import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from './run-program';

/** Name of the directory next to the programs that holds the libraries which this machine lacks. */
export const debianLibraries = 'lib';

/** Which package is wanted, and what of it. */
export interface DebianPackage {
  /** As people call it. */
  readonly title: string;
  /** As apt calls it. */
  readonly name: string;
  /** Also the packages that it needs and this machine lacks; a program that is linked to libc alone needs none. */
  readonly withDependencies: boolean;
  /** What is kept: the name that each program gets, and its path within the package. */
  readonly programs: Readonly<Record<string, string>>;
}

/** `targetDir` has to lie in a directory that exists; `searchPath` is what apt-get and dpkg get as PATH; `timeoutMs` is for everything together. */
export interface DebianDownloadOptions {
  readonly targetDir: string;
  readonly aptGet: string;
  readonly dpkg: string;
  readonly searchPath: string;
  readonly timeoutMs: number;
}

/**
 * Downloads a package of this Debian (or Ubuntu), and unpacks its programs and their libraries to `targetDir`.
 * Needs no root and changes nothing outside of that directory: apt works on package lists and caches of its own.
 * Signatures are checked as always. Of two downloads at once the first one is kept.
 *
 * Errors: never rejects; the reason of a failure is returned, in one line.
 */
export async function downloadDebianPackage(
  wanted: DebianPackage,
  options: DebianDownloadOptions,
): Promise<string | undefined> {
  const workDir = await mkdtemp(`${options.targetDir}.new-`);
  try {
    return await downloadTo(workDir, wanted, options);
  } catch (error) {
    return `the ${wanted.title} package could not be unpacked: ${(error as Error).message}`;
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

async function downloadTo(
  workDir: string,
  wanted: DebianPackage,
  options: DebianDownloadOptions,
): Promise<string | undefined> {
  const archivesDir = join(workDir, 'cache', 'archives');
  await mkdir(join(workDir, 'state', 'lists', 'partial'), { recursive: true });
  await mkdir(join(archivesDir, 'partial'), { recursive: true });
  const giveUpAtMs = Date.now() + options.timeoutMs;
  const run = (command: string, args: string[]) =>
    runProgram(command, args, {
      // `apt-get download` writes to where it is.
      cwd: archivesDir,
      env: { PATH: options.searchPath, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      timeoutMs: Math.max(1, giveUpAtMs - Date.now()),
    });

  const configPath = join(workDir, 'apt.conf');
  await writeFile(configPath, aptConfiguration(workDir));
  // Its own failure is not looked at: a source that does not answer matters only if the package is then not found.
  await run(options.aptGet, ['-c', configPath, '-q', 'update']);
  const install = ['-y', '--no-install-recommends', '--download-only', '--reinstall', 'install'];
  const command = wanted.withDependencies ? install : ['download'];
  const downloaded = await run(options.aptGet, ['-c', configPath, '-q', ...command, wanted.name]);
  if (downloaded.code !== 0) {
    return `the ${wanted.title} package could not be downloaded: ${lastLine(downloaded.output)}`;
  }

  const unpackedDir = join(workDir, 'unpacked');
  for (const archive of (await readdir(archivesDir)).filter((name) => name.endsWith('.deb'))) {
    const unpacked = await run(options.dpkg, ['-x', join(archivesDir, archive), unpackedDir]);
    if (unpacked.code !== 0) {
      return `the ${wanted.title} package could not be unpacked: ${lastLine(unpacked.output)}`;
    }
  }
  const resultDir = join(workDir, 'result');
  await collect(wanted, unpackedDir, resultDir);
  await rename(resultDir, options.targetDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') {
      throw error;
    }
  });
  return undefined;
}

/** Keeps the programs under their new names, and all libraries in one directory. */
async function collect(wanted: DebianPackage, unpackedDir: string, resultDir: string): Promise<void> {
  const librariesDir = join(resultDir, debianLibraries);
  await mkdir(librariesDir, { recursive: true });
  // Set, not inherited: a restrictive umask must not lock out the account that the server runs under.
  await chmod(resultDir, 0o755);
  await chmod(librariesDir, 0o755);
  for (const [name, path] of Object.entries(wanted.programs)) {
    await rename(join(unpackedDir, path), join(resultDir, name));
  }
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
