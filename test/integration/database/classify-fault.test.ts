import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientConfig, Pool } from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { retryTransient } from '../../../src/database/retry-transient';
import { classifyFault, type FaultClass } from '../../../src/database/sqlstate';
import { translateDatabaseFault } from '../../../src/database/translate-database-fault';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

let database: TestDatabase;
const clients: Client[] = [];

beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  const client = await connect();
  await client.query('CREATE TABLE things (id int PRIMARY KEY, value int NOT NULL CHECK (value < 100))');
  await client.query('INSERT INTO things VALUES (1, 0), (2, 0)');
});

afterAll(async () => {
  await Promise.allSettled(clients.map((client) => client.end()));
  await database.drop();
});

async function connect(config: ClientConfig = {}): Promise<Client> {
  const client = new Client({ connectionString: database.url, ...config });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

function urlWith(change: (url: URL) => void): string {
  const url = new URL(database.url);
  change(url);
  return url.href;
}

/** What was thrown; undefined when nothing was. */
async function faultOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error;
  }
}

async function pidOf(client: Client): Promise<number> {
  return (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
}

async function terminate(pid: number): Promise<void> {
  const admin = await connect();
  await admin.query('SELECT pg_terminate_backend($1)', [pid]);
  while ((await admin.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount !== 0) await delay(5);
}

const add = (id: number) => `UPDATE things SET value = value + 1 WHERE id = ${id}`;

interface Case {
  readonly name: string;
  readonly expected: FaultClass;
  /** SQLSTATE or Node's code; undefined where node-postgres gives none. */
  readonly code: string | undefined;
  provoke(): Promise<unknown>;
}

const cases: readonly Case[] = [
  {
    name: 'a deadlock',
    expected: 'transient',
    code: '40P01',
    async provoke() {
      const [one, two] = [await connect(), await connect()];
      await Promise.all([one, two].map((client) => client.query('BEGIN')));
      await one.query(add(1));
      await two.query(add(2));
      const results = await Promise.all([faultOf(() => one.query(add(2))), faultOf(() => two.query(add(1)))]);
      await Promise.all([one, two].map((client) => client.query('ROLLBACK')));
      throw results.find((result) => result !== undefined);
    },
  },
  {
    name: 'a serialization failure',
    expected: 'transient',
    code: '40001',
    async provoke() {
      const client = await connect();
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await client.query('SELECT FROM things');
      await (await connect()).query(add(1));
      await client.query(add(1));
    },
  },
  {
    name: 'a lock that was not given in time',
    expected: 'unavailable',
    code: '55P03',
    async provoke() {
      const holder = await connect();
      await holder.query('BEGIN');
      await holder.query(add(1));
      const waiter = await connect({ lock_timeout: 50 });
      await waiter.query(add(1)).finally(() => holder.query('ROLLBACK'));
    },
  },
  {
    name: 'a statement that took too long',
    expected: 'unavailable',
    code: '57014',
    provoke: async () => (await connect({ statement_timeout: 50 })).query('SELECT pg_sleep(5)'),
  },
  {
    name: 'a transaction that did nothing for too long',
    expected: 'unavailable',
    code: '25P03',
    async provoke() {
      const client = await connect({ idle_in_transaction_session_timeout: 50 });
      const cut = new Promise((_resolve, reject) => client.once('error', reject));
      await client.query('BEGIN');
      await cut;
    },
  },
  {
    name: 'a backend that was ended under a statement',
    expected: 'unavailable',
    code: '57P01',
    async provoke() {
      const client = await connect();
      const pid = await pidOf(client);
      const sleeping = faultOf(() => client.query('SELECT pg_sleep(5)'));
      await terminate(pid);
      throw await sleeping;
    },
  },
  {
    name: 'a connection that is gone',
    expected: 'unavailable',
    code: undefined,
    async provoke() {
      const client = await connect();
      await terminate(await pidOf(client));
      while ((await faultOf(() => client.query('SELECT 1'))) === undefined) await delay(5);
      await client.query('SELECT 1');
    },
  },
  {
    name: 'a server that refuses the connection',
    expected: 'unavailable',
    code: 'ECONNREFUSED',
    provoke: () => new Client({ connectionString: urlWith((url) => (url.port = '1')) }).connect(),
  },
  {
    name: 'the same by a name of two addresses',
    expected: 'unavailable',
    code: 'ECONNREFUSED',
    provoke: () =>
      new Client({ connectionString: urlWith((url) => ([url.hostname, url.port] = ['localhost', '1'])) }).connect(),
  },
  {
    name: 'too many connections',
    expected: 'unavailable',
    code: '53300',
    async provoke() {
      const admin = await connect();
      const name = `full_${new URL(database.url).pathname.slice(1)}`;
      await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret' CONNECTION LIMIT 0`);
      const url = urlWith((full) => ([full.username, full.password] = [name, 'secret']));
      await new Client({ connectionString: url }).connect().finally(() => admin.query(`DROP ROLE ${name}`));
    },
  },
  {
    name: 'a pool with no connection left',
    expected: 'unavailable',
    code: undefined,
    async provoke() {
      const pool = new Pool({ connectionString: database.url, max: 1, connectionTimeoutMillis: 50 });
      const held = await pool.connect();
      await pool.connect().finally(() => {
        held.release();
        return pool.end();
      });
    },
  },
  {
    name: 'a write to a server that only reads',
    expected: 'unavailable',
    code: '25006',
    provoke: async () => (await connect({ options: '-c default_transaction_read_only=on' })).query(add(1)),
  },
  {
    name: 'a second row of one key',
    expected: 'permanent',
    code: '23505',
    provoke: async () => (await connect()).query('INSERT INTO things VALUES (1, 1)'),
  },
  {
    name: 'a value that a check refuses',
    expected: 'permanent',
    code: '23514',
    provoke: async () => (await connect()).query('UPDATE things SET value = 100'),
  },
  {
    name: 'a statement that is wrong',
    expected: 'permanent',
    code: '42601',
    provoke: async () => (await connect()).query('SELEKT'),
  },
  {
    name: 'a wrong password',
    expected: 'permanent',
    code: '28P01',
    provoke: () => new Client({ connectionString: urlWith((url) => (url.password = 'wrong')) }).connect(),
  },
];

describe('what a real fault means', () => {
  test.each(cases)('$name: $expected', async ({ expected, code, provoke }) => {
    const fault = await faultOf(provoke);
    expect(fault).toBeInstanceOf(Error);
    expect((fault as { code?: string }).code).toBe(code);
    expect(classifyFault(fault)).toBe(expected);
    const problem = translateDatabaseFault(fault);
    expect(problem?.status).toBe(expected === 'permanent' ? undefined : 503);
    expect(JSON.stringify(problem ?? {})).not.toContain('things');
  });

  test('wrapped by TypeORM it means the same', async () => {
    const dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      installExtensions: false,
    }).initialize();
    const fault = await faultOf(() => dataSource.query('SET statement_timeout = 50; SELECT pg_sleep(5)'));
    await dataSource.destroy();
    expect(fault).toMatchObject({ name: 'QueryFailedError' });
    expect(classifyFault(fault)).toBe('unavailable');
  });

  test('what is no error, and an error of our own, is permanent', () => {
    for (const thrown of [undefined, null, 'text', { code: '40001' }, new TypeError('x is not a function')]) {
      expect(classifyFault(thrown)).toBe('permanent');
      expect(translateDatabaseFault(thrown)).toBeUndefined();
    }
  });
});

describe('retryTransient', () => {
  async function attemptsOf(
    provoke: () => Promise<unknown>,
    failures: number,
  ): Promise<{ attempts: number; fault: unknown }> {
    let attempts = 0;
    const fault = await faultOf(() =>
      retryTransient(async () => {
        attempts += 1;
        if (attempts <= failures) await provoke();
      }),
    );
    return { attempts, fault };
  }
  const provokeOf = (code: string) => cases.find((one) => one.code === code)?.provoke as () => Promise<unknown>;

  test('runs a lost race again, three times at most', async () => {
    expect(await attemptsOf(provokeOf('40001'), 2)).toEqual({ attempts: 3, fault: undefined });
    expect(await attemptsOf(provokeOf('40001'), 9)).toMatchObject({ attempts: 3, fault: { code: '40001' } });
  });

  test('does not repeat what would fail again or wait again', async () => {
    expect(await attemptsOf(provokeOf('23505'), 9)).toMatchObject({ attempts: 1, fault: { code: '23505' } });
    expect(await attemptsOf(provokeOf('57014'), 9)).toMatchObject({ attempts: 1, fault: { code: '57014' } });
  });
});
