import { appendFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres, startPostmaster } from '../../../src/embedded/embedded-postgres';
import { PortTakenError } from '../../../src/embedded/free-port';
import { preparePostgresBinaries } from '../../../src/embedded/postgres-binaries';
import { openPostgresCluster } from '../../../src/embedded/postgres-cluster';
import { sizePostgresSettings } from '../../../src/embedded/postgres-settings';
import { chooseServiceAccount } from '../../../src/embedded/service-account';
import { temporaryDirectory } from './checkout';
import { query } from './query';

const MEBIBYTE = 1024 * 1024;
const lines: string[] = [];
let dataDir: string;
let postgres: EmbeddedPostgres;

function start(extraSettings: Record<string, string> = {}): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir,
    log: (line) => lines.push(line),
    memoryBytes: 512 * MEBIBYTE,
    cores: 2,
    extraSettings,
  });
}

async function show(name: string): Promise<unknown> {
  return (await query(postgres.url, `SHOW ${name}`))[0]?.[name];
}

beforeAll(async () => {
  dataDir = join(await temporaryDirectory(), 'data');
  postgres = await start();
});
afterAll(() => postgres.stop());

describe('our own PostgreSQL', () => {
  it('is UTF-8 in code point order, with checksums, for our own role and password on the loopback only', async () => {
    const url = new URL(postgres.url);
    expect(url.username).toBe('health_export');
    expect([await show('server_encoding'), await show('data_checksums')]).toEqual(['UTF8', 'on']);
    expect([await show('listen_addresses'), await show('unix_socket_directories')]).toEqual(['127.0.0.1', '']);
    const [row] = await query(
      postgres.url,
      `SELECT current_database() AS db, upper('straße äé') AS upper, 'Z' < 'a' AS points,
              (SELECT rolpassword FROM pg_authid WHERE rolname = current_user) AS stored`,
    );
    expect(row).toMatchObject({ db: 'health_export', upper: 'STRASSE ÄÉ'.replace('SS', 'ß'), points: true });
    expect(row?.['stored']).toMatch(/^SCRAM-SHA-256\$/);
    url.password = 'wrong';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect((await stat(join(dataDir, 'postgres-password'))).mode & 0o777).toBe(0o600);
  });

  it('runs with the settings that it names', async () => {
    const names = Object.keys(postgres.settings);
    const rows = await query(postgres.url, 'SELECT name, source FROM pg_settings WHERE name = ANY ($1)', [names]);
    expect(rows).toHaveLength(names.length);
    expect(rows.filter(({ source }) => source !== 'command line')).toEqual([]);
    expect(await show('shared_buffers')).toBe('64MB');
    expect(await show('max_locks_per_transaction')).toBe('256');
    await query(postgres.url, 'CREATE EXTENSION pg_stat_statements');
    expect(await query(postgres.url, 'SELECT calls FROM pg_stat_statements LIMIT 1')).toHaveLength(1);
  });

  it('keeps values out of its log', async () => {
    lines.length = 0;
    await query(postgres.url, 'CREATE TABLE kept (id int PRIMARY KEY, note text CHECK (note <> $$bad$$))');
    await expect(query(postgres.url, "INSERT INTO kept VALUES (4711, 'bad')")).rejects.toThrow('check constraint');
    await expect(query(postgres.url, 'SELECT $1::int', ['4711x'])).rejects.toThrow('invalid input syntax');
    await expect(query(postgres.url, "INSERT INTO kept VALUES (4711, ''), (4711, '')")).rejects.toThrow('duplicate');
    await query(postgres.url, "DO $$ BEGIN RAISE WARNING '4711'; RAISE LOG 'a line that arrives'; END $$");
    expect(lines.join('\n')).toContain('a line that arrives');
    expect(lines.join('\n')).not.toContain('4711');
  });

  it('refuses to be started twice in one data directory', async () => {
    await expect(start()).rejects.toThrow(`${dataDir} is in use by this very process (process ${process.pid},`);
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('keeps the data over a restart and never lowers what keeps it safe', async () => {
    await query(postgres.url, "INSERT INTO kept VALUES (1, 'ok')");
    await postgres.stop();
    await postgres.stop();
    expect(await postgres.exited).toEqual({ code: 0, signal: null });
    await appendFile(join(dataDir, 'postgres', 'postgresql.auto.conf'), "fsync = off\nsynchronous_commit = 'off'\n");

    postgres = await start({ fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', work_mem: '5MB' });

    expect(await query(postgres.url, 'SELECT id, note FROM kept')).toEqual([{ id: 1, note: 'ok' }]);
    expect([await show('fsync'), await show('full_page_writes'), await show('synchronous_commit')]).toEqual([
      'on',
      'on',
      'on',
    ]);
    expect(await show('work_mem')).toBe('5MB');
  });

  it('takes another port when the one it probed is taken', async () => {
    await postgres.stop();
    const account = await chooseServiceAccount(join(dataDir, 'postgres'));
    const log = (line: string) => lines.push(line);
    const cluster = await openPostgresCluster(dataDir, await preparePostgresBinaries(dataDir, account), account, log);
    const squatter = createServer();
    const port = await new Promise<number>((resolve) => {
      squatter.listen(0, '127.0.0.1', () => resolve((squatter.address() as { port: number }).port));
    });

    const failure = await startPostmaster(cluster, sizePostgresSettings({ memoryBytes: 1, cores: 1 }), port, {
      log,
    }).catch((error) => error);

    expect(failure).toBeInstanceOf(PortTakenError);
    squatter.close();
    postgres = await start();
    expect(postgres.port).not.toBe(port);
  });
});

describe('the sizes', () => {
  it.each([
    { gibibytes: 0.25, shared: '32MB', work: '4MB', wal: '512MB' },
    { gibibytes: 1, shared: '128MB', work: '4MB', wal: '512MB' },
    { gibibytes: 8, shared: '2048MB', work: '8MB', wal: '1024MB' },
    { gibibytes: 256, shared: '4096MB', work: '32MB', wal: '4096MB' },
  ])('fit a machine of $gibibytes GiB', ({ gibibytes, shared, work, wal }) => {
    const settings = sizePostgresSettings({ memoryBytes: gibibytes * 1024 * MEBIBYTE, cores: 4 });
    expect([settings['shared_buffers'], settings['work_mem'], settings['max_wal_size']]).toEqual([shared, work, wal]);
  });
});
