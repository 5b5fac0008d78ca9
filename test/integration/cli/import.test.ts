import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { healthData, record } from '../../support/apple-export';
import type { TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { zipFile } from '../../support/zip-file';
import { type CliPlace, openCliPlace } from './cli-place';
import { runCli, startCli, waitForCli } from './run-cli';

let place: CliPlace;
let database: TestDatabase;
let folder: string;
let owner: Client;

beforeAll(async () => {
  place = await openCliPlace();
  ({ database, dataDir: folder, owner } = place);
});

afterAll(() => place?.close());

beforeEach(async () => {
  await owner.query('TRUNCATE users CASCADE');
  await owner.query("INSERT INTO users (id, name) VALUES (gen_random_uuid(), 'anna')");
});

async function importFile(name: string, content: string | Buffer, ...args: string[]) {
  const file = join(folder, name);
  await writeFile(file, content);
  return await runCli(['import', file, ...args], { DATABASE_URL: database.url, DATA_DIR: folder });
}

const document = healthData(record('StepCount', 5), record('StepCount', 'x', { start: 60 }));

describe('the command that imports a history', () => {
  test('ends with the account, and shows plain lines where there is no terminal', async () => {
    const { exitCode, stdout, stderr } = await importFile('a.xml', document);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^step_count +2 +1 +0 +0 +1$/m);
    expect(stdout).toMatch(/^ {2}\/HealthData\/3 {2}step_count {2}value_not_a_number$/m);
    expect(stderr).toMatch(/^storing .*100 %/m);
    // The last line is a finished one, and tells a small size in a unit in which it is something.
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^writing {3}\[={24}\] {2}100 % {2}(\d+|[\d.]+)\/\1 (bytes|kB)$/,
    );
    expect(stderr).not.toContain('\r');
    const { rows } = await owner.query('SELECT value FROM quantity_metrics');
    expect(rows).toEqual([{ value: 5 }]);
  });

  test('takes an archive for a user by name', async () => {
    await owner.query("INSERT INTO users (id, name) VALUES (gen_random_uuid(), 'ben')");
    const zip = await zipFile([{ name: 'apple_health_export/导出.xml', content: document }]);
    const archive = await importFile('a.zip', zip, '--user', 'ben', '--json');
    expect(JSON.parse(archive.stdout)).toMatchObject({ status: 'stored', account: { received: 2, stored: 1 } });
  });

  test('takes JSON of the app, and asks whose it is where there are several users', async () => {
    await owner.query("INSERT INTO users (id, name) VALUES (gen_random_uuid(), 'ben')");
    const json = await importFile('a.json', '{"data":{"metrics":[]}}', '--user', 'ben', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ status: 'stored', account: { received: 0 } });
    const nobody = await importFile('a.xml', document);
    expect(nobody).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--user') });
  });

  test('says in one sentence what is wrong with a file', async () => {
    const missing = await runCli(['import', join(folder, 'none.zip')], {
      DATABASE_URL: database.url,
      DATA_DIR: folder,
    });
    expect(missing).toMatchObject({ exitCode: 2, stderr: 'The file cannot be read: there is none of this name.\n' });
    const directory = await runCli(['import', folder], { DATABASE_URL: database.url, DATA_DIR: folder });
    expect(directory).toMatchObject({ exitCode: 2, stderr: 'The file cannot be read: it is a folder.\n' });
    const other = await importFile('a.txt', 'hello');
    expect(other).toMatchObject({ exitCode: 2, stderr: 'The file is no archive, no XML and no JSON.\n' });
  });

  test('fails for a broken file', async () => {
    const broken = await importFile('b.xml', document.slice(0, -14));
    expect(broken.exitCode).toBe(1);
    expect(broken.stderr).toContain('xml_malformed');
  });

  test('ends on Ctrl-C, also one that comes twice, and the same command goes on where it was', async () => {
    const file = join(folder, 'long.xml');
    const steps = Array.from({ length: 150_000 }, (_, i) => record('StepCount', i % 100, { start: i * 60 }));
    await writeFile(file, healthData(steps.join('\n')));
    const env = { DATABASE_URL: database.url, DATA_DIR: folder };
    const child = startCli(['import', file], env);
    const ended = waitForCli(child);
    const work =
      'SELECT (bytes_done > 0) AS begun, coalesce(lease_until > now(), false) AS held FROM ingestion_work WHERE user_id IN (SELECT id FROM users)';
    await until(async () => (await owner.query(work)).rows[0]?.begun === true, 60_000);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    const { exitCode, stdout, stderr } = await ended;
    expect([exitCode, stdout]).toEqual([130, '']);
    expect(stderr).toContain('The file is stored; the service writes what is left of it');
    expect(stderr.trimEnd().split('\n').at(-1)).toBe('Interrupted.');
    const count = async (): Promise<number> =>
      (await owner.query('SELECT count(*)::int FROM quantity_metrics WHERE user_id IN (SELECT id FROM users)')).rows[0]
        .count;
    expect(await count()).toBeLessThan(150_000);
    expect((await owner.query(work)).rows).toEqual([{ begun: true, held: false }]);
    const again = await runCli(['import', file], env);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(await count()).toBe(150_000);
  }, 120_000);

  test('keeps nothing of a file that it was interrupted in storing', async () => {
    const file = join(folder, 'held.xml');
    await writeFile(file, document);
    const env = { DATABASE_URL: database.url, DATA_DIR: folder };
    await owner.query('BEGIN; LOCK TABLE raw_ingestions IN EXCLUSIVE MODE');
    const child = startCli(['import', file], env);
    const ended = waitForCli(child);
    const waiting =
      'SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE NOT l.granted AND d.datname = current_database()';
    await until(async () => (await owner.query(waiting)).rowCount === 1, 20_000);
    child.kill('SIGINT');
    await delay(100);
    await owner.query('COMMIT');
    expect((await ended).exitCode).toBe(130);
    expect((await owner.query('SELECT FROM raw_ingestions WHERE user_id IN (SELECT id FROM users)')).rowCount).toBe(0);
  }, 60_000);
});
