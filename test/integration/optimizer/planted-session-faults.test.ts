import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/until';
import { type OpenOptimizer, openOptimizer } from './open-optimizer';

let optimizer: OpenOptimizer;
const sessions: Client[] = [];

beforeAll(async () => {
  optimizer = await openOptimizer();
  await optimizer.run('CREATE TABLE held (a int PRIMARY KEY, b int)', 'INSERT INTO held VALUES (1, 1), (2, 2)');
});

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.end()));
});

afterAll(() => optimizer.close());

async function openSession(name: string): Promise<{ client: Client; pid: number }> {
  const client = new Client({
    connectionString: optimizer.service.place.database.ownerUrl,
    application_name: name,
  });
  client.on('error', () => undefined);
  await client.connect();
  sessions.push(client);
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  return { client, pid: rows[0].pid };
}

test('a chain of sessions that wait for locks, laid at the door of the one at its head', async () => {
  const head = await openSession('head');
  const middle = await openSession('middle');
  const tail = await openSession('tail');
  await head.client.query('BEGIN; UPDATE held SET b = 3 WHERE a = 1');
  await middle.client.query('BEGIN; UPDATE held SET b = 3 WHERE a = 2');
  const ignore = () => undefined;
  middle.client.query('UPDATE held SET b = 4 WHERE a = 1').catch(ignore);
  tail.client.query('UPDATE held SET b = 4 WHERE a = 2').catch(ignore);
  await until(async () => (await optimizer.advise()).get(`lock_wait:${head.pid}`)?.seen.length === 3);
  const found = [...(await optimizer.advise()).values()].filter(({ kind }) => kind === 'lock_wait');
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    severity: 'critical',
    isAutomatic: false,
    apply: { sql: [`SELECT pg_terminate_backend(${head.pid})`] },
  });
  expect(found[0]?.seen.join(' ')).toMatch(/"head" is idle in transaction.*"middle" has waited.*"tail" has waited/);
  await head.client.query('ROLLBACK');
  await middle.client.query('ROLLBACK');
});

test('a session that holds its transaction and does nothing', async () => {
  const { client, pid } = await openSession('forgetful');
  await client.query('BEGIN; UPDATE held SET b = 3 WHERE a = 1');
  await until(async () => (await optimizer.advise()).has(`idle_in_transaction:${pid}`), 20_000);
  const advice = (await optimizer.advise()).get(`idle_in_transaction:${pid}`);
  expect(advice?.seen[0]).toContain('"forgetful"');
  // What it did may hold values.
  expect(JSON.stringify(advice)).not.toContain('held');
  await client.query('ROLLBACK');
  expect((await optimizer.advise()).has(`idle_in_transaction:${pid}`)).toBe(false);
});

test('a statement that is slow each time, and one that became slower', async () => {
  const { client } = await openSession('slow');
  for (const name of ['steady', 'changing']) {
    await client.query(
      `CREATE FUNCTION ${name}(s float8) RETURNS int AS $$ SELECT pg_sleep(s); SELECT 1 $$ LANGUAGE sql`,
    );
  }
  const steady = 'SELECT steady($1)';
  const changing = 'SELECT changing($1)';
  const call = async (sql: string, seconds: number, times: number) => {
    for (let i = 0; i < times; i++) await client.query(sql, [seconds]);
  };
  await call(steady, 0.025, 110);
  await call(changing, 0.001, 60);
  await optimizer.advise();
  // The snapshots of two windows, as an hour would bring them.
  await optimizer.run(
    `UPDATE optimizer_snapshots SET taken_at = taken_at - interval '1 day' WHERE source = 'statements'`,
  );
  await optimizer.run(`UPDATE optimizer_snapshots SET content = '{}' WHERE source = 'statements'`);
  await optimizer.advise();
  await call(changing, 0.015, 60);
  const advice = [...(await optimizer.advise()).values()];
  const aboutSteady = advice.filter(({ kind }) => kind === 'slow_statement');
  expect(aboutSteady.map(({ seen }) => seen[0])).toEqual([steady]);
  const slower = advice.filter(({ kind }) => kind === 'slower_statement');
  expect(slower.map(({ seen }) => seen[0])).toEqual([changing]);
});
