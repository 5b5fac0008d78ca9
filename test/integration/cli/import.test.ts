import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { healthData, record } from '../../support/apple-export';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { zipFile } from '../../support/zip-file';
import { runCli } from './run-cli';

let database: TestDatabase;
let folder: string;
let owner: Client;

beforeAll(async () => {
  [database, folder] = await Promise.all([createTestDatabase(), mkdtemp(join(tmpdir(), 'cli-import-'))]);
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
});

afterAll(async () => {
  await owner?.end();
  await database?.drop();
  await rm(folder, { recursive: true });
});

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
});
