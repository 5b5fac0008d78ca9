import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../../../src/embedded/run-program';
import type { ServiceAccount } from '../../../src/embedded/service-account';

/** Room on it: enough for a month's samples of some users, and filled in no time. */
const sizeMebibytes = 48;

/** A small disk of PostgreSQL's own, and the program that starts it with that disk. */
export interface SmallDisk {
  /** As PostgreSQL sees it. */
  readonly directory: string;
  /** Takes the arguments of `postgres`. */
  readonly program: string;
}

/**
 * Makes a program that runs `postgres` with a disk of {@link sizeMebibytes} in memory, which only that PostgreSQL sees
 * and which is gone with it. Needs no rights: the disk is mounted in namespaces of its own, in whose inner one PostgreSQL
 * has its own user again. A string says why this machine does not allow it.
 */
export async function makeSmallDisk(
  workDir: string,
  postgres: string,
  account: ServiceAccount | undefined,
): Promise<SmallDisk | string> {
  const directory = join(workDir, 'small-disk');
  const program = join(workDir, 'postgres-with-small-disk');
  const uid = account?.uid ?? process.getuid?.() ?? 0;
  const gid = account?.gid ?? process.getgid?.() ?? 0;
  await mkdir(directory, { mode: 0o777 });
  await chmod(directory, 0o777);
  const mount = `mount -t tmpfs -o size=${sizeMebibytes}m,mode=0700 tmpfs '${directory}'`;
  // The signal that ends PostgreSQL with whoever started it is forgotten on the way into a namespace.
  const end = 'setpriv --pdeathsig INT --';
  const inner = `exec unshare --user --map-user=${uid} --map-group=${gid} ${end} "$0" "$@"`;
  const outer = `exec unshare --user --mount --map-root-user sh -c '${mount.replaceAll("'", `'\\''`)} && ${inner}'`;
  await writeFile(program, `#!/bin/sh\n${outer} '${postgres}' "$@"\n`, { mode: 0o755 });
  await chmod(program, 0o755);
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' };
  const trial = await runProgram(program, ['--version'], { account, env, timeoutMs: 10_000 });
  return trial.code === 0 ? { directory, program } : `a disk cannot be mounted here: ${trial.output.trim()}`;
}
