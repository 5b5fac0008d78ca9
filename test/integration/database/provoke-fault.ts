import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientConfig, Pool } from 'pg';
import type { FaultClass } from '../../../src/database/sqlstate';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

/** A database with two rows to fight over. */
export class FaultyDatabase {
  private readonly clients: Client[] = [];

  private constructor(private readonly database: TestDatabase) {}

  static async open(): Promise<FaultyDatabase> {
    const opened = new FaultyDatabase(await createTestDatabase({ empty: true }));
    const client = await opened.connect();
    await client.query('CREATE TABLE things (id int PRIMARY KEY, value int NOT NULL CHECK (value < 100))');
    await client.query('INSERT INTO things VALUES (1, 0), (2, 0)');
    return opened;
  }

  get name(): string {
    return new URL(this.database.url).pathname.slice(1);
  }

  async connect(config: ClientConfig = {}): Promise<Client> {
    const client = new Client({ connectionString: this.database.url, ...config });
    client.on('error', () => undefined);
    await client.connect();
    this.clients.push(client);
    return client;
  }

  urlWith(change: (url: URL) => void): string {
    const url = new URL(this.database.url);
    change(url);
    return url.href;
  }

  async pidOf(client: Client): Promise<number> {
    return (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
  }

  /** Ends a server process and waits until it is gone. */
  async terminate(pid: number): Promise<void> {
    const admin = await this.connect();
    await admin.query('SELECT pg_terminate_backend($1)', [pid]);
    while ((await admin.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount !== 0) await delay(5);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.clients.map((client) => client.end()));
    await this.database.drop();
  }
}

/** What was thrown; undefined when nothing was. */
export async function faultOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error;
  }
}

const add = (id: number) => `UPDATE things SET value = value + 1 WHERE id = ${id}`;

/** A way to make a fault happen. */
export interface Fault {
  readonly name: string;
  readonly expected: FaultClass;
  /** SQLSTATE or Node's code; undefined where node-postgres gives none. */
  readonly code: string | undefined;
  provoke(database: FaultyDatabase): Promise<unknown>;
}

/** Each fault with what it means; every one is a real one of a real server. */
export const faults: readonly Fault[] = [
  {
    name: 'a deadlock',
    expected: 'transient',
    code: '40P01',
    async provoke(database) {
      const [one, two] = [await database.connect(), await database.connect()];
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
    async provoke(database) {
      const client = await database.connect();
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await client.query('SELECT FROM things');
      await (await database.connect()).query(add(1));
      await client.query(add(1));
    },
  },
  {
    name: 'a lock that was not given in time',
    expected: 'unavailable',
    code: '55P03',
    async provoke(database) {
      const holder = await database.connect();
      await holder.query('BEGIN');
      await holder.query(add(1));
      const waiter = await database.connect({ lock_timeout: 50 });
      await waiter.query(add(1)).finally(() => holder.query('ROLLBACK'));
    },
  },
  {
    name: 'a statement that took too long',
    expected: 'unavailable',
    code: '57014',
    provoke: async (database) => (await database.connect({ statement_timeout: 50 })).query('SELECT pg_sleep(5)'),
  },
  {
    name: 'a transaction that did nothing for too long',
    expected: 'unavailable',
    code: '25P03',
    async provoke(database) {
      const client = await database.connect({ idle_in_transaction_session_timeout: 50 });
      const cut = new Promise((_resolve, reject) => client.once('error', reject));
      await client.query('BEGIN');
      await cut;
    },
  },
  {
    name: 'a backend that was ended under a statement',
    expected: 'unavailable',
    code: '57P01',
    async provoke(database) {
      const client = await database.connect();
      const pid = await database.pidOf(client);
      const sleeping = faultOf(() => client.query('SELECT pg_sleep(5)'));
      await database.terminate(pid);
      throw await sleeping;
    },
  },
  {
    name: 'a connection that is gone',
    expected: 'unavailable',
    code: undefined,
    async provoke(database) {
      const client = await database.connect();
      const pid = await database.pidOf(client);
      const ended = new Promise((resolve) => client.once('end', resolve));
      await database.terminate(pid);
      await ended;
      await client.query('SELECT 1');
    },
  },
  {
    name: 'a server that refuses the connection',
    expected: 'unavailable',
    code: 'ECONNREFUSED',
    provoke: (database) => new Client({ connectionString: database.urlWith((url) => (url.port = '1')) }).connect(),
  },
  {
    name: 'the same by a name of two addresses',
    expected: 'unavailable',
    code: 'ECONNREFUSED',
    provoke: (database) =>
      new Client({
        connectionString: database.urlWith((url) => ([url.hostname, url.port] = ['localhost', '1'])),
      }).connect(),
  },
  {
    name: 'too many connections',
    expected: 'unavailable',
    code: '53300',
    async provoke(database) {
      const admin = await database.connect();
      const name = `full_${database.name}`;
      await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret' CONNECTION LIMIT 0`);
      const url = database.urlWith((full) => ([full.username, full.password] = [name, 'secret']));
      await new Client({ connectionString: url }).connect().finally(() => admin.query(`DROP ROLE ${name}`));
    },
  },
  {
    name: 'a pool with no connection left',
    expected: 'unavailable',
    code: undefined,
    async provoke(database) {
      const pool = new Pool({
        connectionString: database.urlWith(() => undefined),
        max: 1,
        connectionTimeoutMillis: 50,
      });
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
    provoke: async (database) =>
      (await database.connect({ options: '-c default_transaction_read_only=on' })).query(add(1)),
  },
  {
    name: 'a second row of one key',
    expected: 'permanent',
    code: '23505',
    provoke: async (database) => (await database.connect()).query('INSERT INTO things VALUES (1, 1)'),
  },
  {
    name: 'a value that a check refuses',
    expected: 'permanent',
    code: '23514',
    provoke: async (database) => (await database.connect()).query('UPDATE things SET value = 100'),
  },
  {
    name: 'a row that no partition is for',
    expected: 'unavailable',
    code: '23514',
    provoke: async (database) => {
      const client = await database.connect();
      await client.query('CREATE TEMPORARY TABLE months (month int) PARTITION BY LIST (month)');
      await client.query('INSERT INTO months VALUES (1)');
    },
  },
  {
    name: 'a statement that is wrong',
    expected: 'permanent',
    code: '42601',
    provoke: async (database) => (await database.connect()).query('SELEKT'),
  },
  {
    name: 'a wrong password',
    expected: 'permanent',
    code: '28P01',
    provoke: (database) =>
      new Client({ connectionString: database.urlWith((url) => (url.password = 'wrong')) }).connect(),
  },
];
