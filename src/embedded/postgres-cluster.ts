import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedStartError } from './embedded-start-error';
import type { PostgresBinaries } from './postgres-binaries';
import { readFileIfThere, writePrivateFile } from './private-file';
import { runProgram } from './run-program';
import type { ServiceAccount } from './service-account';

/** Name of the owner role and of the database. */
export const DATABASE_NAME = 'health_export';

/** One data directory of PostgreSQL, with the programs and the account that work in it. */
export interface PostgresCluster {
  directory: string;
  binaries: PostgresBinaries;
  account: ServiceAccount | undefined;
  /** The owner's password, kept in a file of mode 0600 next to the data directory. */
  password: string;
}

/** PostgreSQL's environment: nothing of ours, for its programs obey variables such as PGDATA, PGOPTIONS and LANG. */
export const POSTGRES_ENV: Record<string, string> = { LC_ALL: 'C', TZ: 'UTC' };

const INIT_TIMEOUT_MS = 120_000;
const UNFINISHED = 'postgres.new-';

/**
 * The value for `-D` of a program whose working directory is the data directory. PostgreSQL turns a relative path into
 * an absolute one, and that it could not enter below a directory that only root can (mode 0700). Linux lets each
 * process enter its own working directory through /proc, whatever lies above it.
 */
export function clusterArgument(directory: string): string {
  return process.platform === 'linux' ? '/proc/self/cwd' : directory;
}

/**
 * The data directory `dataDir/postgres`, made with `initdb` if it is not there yet: UTF-8, code point order (the
 * same on every machine, and it never changes under an index as a system's locale does), page checksums, passwords.
 * It appears whole or not at all.
 *
 * Errors: rejects with EmbeddedStartError when the present user cannot use what is there, or when it is of another
 * major version of PostgreSQL.
 */
export async function openPostgresCluster(
  dataDir: string,
  binaries: PostgresBinaries,
  account: ServiceAccount | undefined,
  log: (line: string) => void,
): Promise<PostgresCluster> {
  const directory = join(dataDir, 'postgres');
  const passwordPath = join(dataDir, 'postgres-password');
  await removeUnfinished(dataDir);
  const isThere = await checkExisting(directory, binaries, account);
  const keptPassword = await readFileIfThere(passwordPath);
  const password = keptPassword ?? randomBytes(24).toString('hex');
  if (keptPassword === undefined) {
    await writePrivateFile(passwordPath, password);
  }
  const cluster = { directory, binaries, account, password };
  if (!isThere) {
    log(`creating a PostgreSQL ${binaries.majorVersion} database in ${directory}`);
    await initialise(dataDir, cluster);
  } else if (keptPassword === undefined) {
    log(`${passwordPath} was missing: the owner gets a new password`);
    await runSingleUser(cluster, directory, `ALTER ROLE ${DATABASE_NAME} PASSWORD '${password}'`);
  }
  return cluster;
}

async function checkExisting(
  directory: string,
  binaries: PostgresBinaries,
  account: ServiceAccount | undefined,
): Promise<boolean> {
  const found = await stat(directory).catch(() => undefined);
  if (!found) {
    return false;
  }
  const uid = account?.uid ?? process.getuid?.();
  if (uid !== found.uid) {
    throw new EmbeddedStartError(
      `${directory} belongs to user ${found.uid}, but PostgreSQL would run as user ${uid} here. ` +
        `Start as the user who made it (root, if user 65534 owns it), or run: chown -R ${uid} ${directory}`,
    );
  }
  const version = (await readFileIfThere(join(directory, 'PG_VERSION')))?.trim();
  if (version !== binaries.majorVersion) {
    throw new EmbeddedStartError(
      `${directory} holds data of PostgreSQL ${version ?? '(no PG_VERSION file)'}, ` +
        `but the installed version is ${binaries.majorVersion}. Nothing was changed.`,
    );
  }
  return true;
}

async function initialise(dataDir: string, cluster: PostgresCluster): Promise<void> {
  const { binaries, account, password } = cluster;
  const workDir = await mkdtemp(join(dataDir, UNFINISHED));
  const newDirectory = join(workDir, 'data');
  try {
    await mkdir(newDirectory, { mode: 0o700 });
    await writeFile(join(workDir, 'password'), password, { mode: 0o600 });
    await giveTo(account, [workDir, newDirectory, join(workDir, 'password')]);
    const made = await runProgram(
      binaries.initdb,
      [
        ...['-D', clusterArgument(newDirectory), '-U', DATABASE_NAME],
        // Relative, because the account may not be able to enter the directories above.
        ...['-A', 'scram-sha-256', '--pwfile=../password', '--data-checksums'],
        ...['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ],
      { cwd: newDirectory, account, env: POSTGRES_ENV, timeoutMs: INIT_TIMEOUT_MS },
    );
    if (made.code !== 0) {
      throw new EmbeddedStartError(`initdb failed: ${made.output.trim()}`);
    }
    await runSingleUser(cluster, newDirectory, `CREATE DATABASE ${DATABASE_NAME}`);
    await rename(newDirectory, cluster.directory);
    await syncDirectory(dataDir);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** Runs one statement without a server: there is no client program among the binaries, and nobody can connect. */
async function runSingleUser(cluster: PostgresCluster, directory: string, statement: string): Promise<void> {
  const done = await runProgram(
    cluster.binaries.postgres,
    [
      ...['--single', '-D', clusterArgument(directory)],
      // A failure is looked for at the start of a line, and shown without the statement, which may hold the password.
      ...['-c', 'log_line_prefix=', '-c', 'log_min_error_statement=panic', 'postgres'],
    ],
    {
      cwd: directory,
      account: cluster.account,
      env: POSTGRES_ENV,
      input: `${statement}\n`,
      timeoutMs: INIT_TIMEOUT_MS,
    },
  );
  // It exits with 0 also when the statement failed.
  if (done.code !== 0 || /^(ERROR|FATAL|PANIC):/m.test(done.output)) {
    throw new EmbeddedStartError(`PostgreSQL could not set up its database: ${done.output.trim()}`);
  }
}

async function giveTo(account: ServiceAccount | undefined, paths: string[]): Promise<void> {
  for (const path of account ? paths : []) {
    await chown(path, account?.uid ?? -1, account?.gid ?? -1).catch((error: Error) => {
      throw new EmbeddedStartError(
        `PostgreSQL does not run as root, and root cannot hand its files to user ${account?.uid} here ` +
          `(${error.message}). Start as an ordinary user, or set DATABASE_URL.`,
      );
    });
  }
}

/** A start that was killed in the middle of `initialise` leaves its working directory behind. */
async function removeUnfinished(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith(UNFINISHED)) {
      await rm(join(dataDir, name), { recursive: true, force: true });
    }
  }
}

/** The new name is on the disk before anything is acknowledged that is stored under it. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
