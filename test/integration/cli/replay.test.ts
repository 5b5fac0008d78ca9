import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtInParser } from '../../../src/ingest/export-parser';
import { oneMetric, secondOf } from '../../support/health-export';
import { until } from '../../support/until';
import { type OpenParser, type OpenRederive, openRederive, type Sent } from '../rederive/open-rederive';
import { runCli, startCli, waitForCli } from './run-cli';

let database: OpenRederive;
let service: OpenParser;
let dataDir: string;

beforeAll(async () => {
  [database, dataDir] = await Promise.all([openRederive(), mkdtemp(join(tmpdir(), 'cli-'))]);
  // It takes no work up, as if it were not there.
  service = await database.open(builtInParser, { ROLE: 'api' });
});

afterAll(async () => {
  await database?.close();
  await rm(dataDir, { recursive: true });
});

const env = () => ({ DATABASE_URL: database.databaseUrl, DATA_DIR: dataDir, LOG_LEVEL: 'error' });
const replay = (...args: string[]) => runCli(['replay', ...args], env());

function send(userId: string, second: number): Promise<Sent> {
  const points = [{ date: secondOf(second), qty: 1 + second }];
  return service.ingest(userId, {
    body: JSON.stringify(oneMetric('step_count', 'count', ...points)),
    aggregation: null,
  });
}

test('what is selected is written again without a service, and only that', { timeout: 120_000 }, async () => {
  const userId = await database.newUser('anna');
  for (let n = 0; n < 5; n++) await send(userId, n);
  const rows = await database.rows(userId, 'with');
  await database.sql('DELETE FROM quantity_metrics WHERE user_id = $1', [userId]);

  const dry = await replay('--user', 'anna', '--dry-run');
  expect([dry.exitCode, dry.stdout]).toEqual([
    0,
    expect.stringMatching(/^Would replay 5 ingestions \(\d{3} bytes\)\.\n$/),
  ]);
  expect(await database.rows(userId)).toEqual([]);

  const none = await replay('--user', 'anna', '--until', '2020-01-01');
  expect([none.exitCode, none.stdout]).toEqual([0, 'Replayed 0 of 0 ingestions (0 bytes).\n']);
  const all = await replay('--user', 'anna', '--since', '2020-01-01');
  expect([all.exitCode, all.stderr]).toEqual([0, '']);
  expect(all.stdout).toMatch(/^Replayed 5 of 5 ingestions \(\d{3} bytes\)\.\n$/);
  expect(await database.rows(userId, 'with')).toEqual(rows);
});

test('what is asked for in a wrong way is said, with exit code 2; a body that cannot be read, with 1', {
  timeout: 120_000,
}, async () => {
  for (const args of [[], ['--since', 'yesterday'], ['--status', 'receiving']]) {
    const { exitCode, stdout, stderr } = await replay(...args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^[^\n]+\n$/);
  }
  const userId = await database.newUser('berta');
  const { id } = await send(userId, 0);
  await database.sql(
    `UPDATE raw_ingestions SET body = 'nonsense', kept_encoding = 'identity', status = 'parked' WHERE id = $1`,
    [id],
  );
  const { exitCode, stderr } = await replay('--status', 'parked', '--user', 'berta');
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`1 could not be read again and are as they were: ${id} (json_malformed)`);
});

test('Ctrl-C leaves work that anybody can take up, and the same command ends it', { timeout: 120_000 }, async () => {
  const userId = await database.newUser('carla');
  for (let n = 0; n < 230; n++) await send(userId, n);
  const rows = await database.rows(userId, 'with');
  await database.sql('DELETE FROM quantity_metrics WHERE user_id = $1', [userId]);
  const child = startCli(['replay', '--user', 'carla', '--since', '2020-01-01'], env());
  const ended = waitForCli(child);
  const open = `SELECT count(*)::int AS open, count(*) FILTER (WHERE lease_until > now())::int AS held FROM ingestion_work`;
  await until(async () => ((await database.sql<{ open: number }>(open))[0]?.open ?? 0) > 0, 20_000);
  child.kill('SIGINT');
  const { exitCode } = await ended;
  expect(exitCode).toBe(130);
  expect(await database.sql(open)).toMatchObject([{ held: 0 }]);
  expect((await replay('--user', 'carla', '--since', '2020-01-01')).exitCode).toBe(0);
  expect(await database.rows(userId, 'with')).toEqual(rows);
  expect(await database.sql(open)).toEqual([{ open: 0, held: 0 }]);
});
