import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Client, Pool, type PoolConfig } from 'pg';
import { loadSettings } from '../../../src/config/load-settings';
import { migrate, partitionOptionsNow } from '../../../src/database/migrate';
import { lockDataDir } from '../../../src/embedded/data-dir-lock';
import { startEmbeddedPostgres } from '../../../src/embedded/embedded-postgres';
import { startEmbeddedRedis } from '../../../src/embedded/embedded-redis';
import type { BenchContext } from '../bench-context';
import type { ShownSettings } from '../figures';
import { countStatements, topStatements } from './top-statements';

const shownSettings = ['server_version', 'synchronous_commit', 'fsync', 'full_page_writes', 'shared_buffers'];

/** How the servers are started other than usual. */
export interface ServerOptions {
  /** A folder whose database stays for the next run; never on a given server. */
  readonly keptDir?: string;
  /** How many years before this one the partitions are monthly. */
  readonly detailedYears?: number;
}

/** A migrated database of our own, and a Redis: on the service's own servers, or on those whose address is given. */
export class BenchServers {
  private constructor(
    /** As the owner. */
    readonly databaseUrl: string,
    readonly redisUrl: string | null,
  ) {}

  /** Brings them; `context` stops them and removes what they held. */
  static async start(context: BenchContext, options: ServerOptions = {}): Promise<BenchServers> {
    const { DATABASE_URL: givenDatabase, REDIS_URL: givenRedis } = process.env;
    const dataDir = options.keptDir ?? context.workDir;
    context.progress('starting PostgreSQL and Redis');
    await mkdir(dataDir, { recursive: true, mode: 0o755 });
    const lock = await lockDataDir(dataDir, { purpose: 'a benchmark' });
    context.atEnd(() => lock.release());
    const databaseUrl =
      givenDatabase && options.keptDir === undefined
        ? await createDatabase(context, givenDatabase)
        : await bringPostgres(context, dataDir);
    const redisUrl = givenRedis || (await bringRedis(context));
    const detailedYears = options.detailedYears ?? loadSettings({}).partitionDetailedYears;
    await migrate(databaseUrl, { ...partitionOptionsNow(loadSettings({})), detailedYears });
    if (context.options.profileDir !== undefined) {
      await countStatements(databaseUrl);
      context.atEnd(async () => {
        for (const line of await topStatements(databaseUrl)) context.progress(line);
      });
    }
    return new BenchServers(databaseUrl, redisUrl);
  }

  /** A connection as the app role, or as the owner; `schema` is where it finds its tables first. */
  async connect(role: 'app' | 'owner' = 'app', schema = 'public'): Promise<Client> {
    const path = `-c search_path=${schema},public`;
    const options = role === 'app' ? `-c role=health_export_app ${path}` : path;
    const client = new Client({ connectionString: this.databaseUrl, options });
    await client.connect();
    return client;
  }

  /** A pool of the owner. */
  ownerPool(config: PoolConfig): Pool {
    return new Pool({ ...config, connectionString: this.databaseUrl });
  }

  /** What makes a figure mean something, with the rows that `heart_rate_metrics` has now. */
  async settings(more: ShownSettings): Promise<ShownSettings> {
    const client = await this.connect('owner');
    try {
      const { rows } = await client.query(
        'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name',
        [shownSettings],
      );
      const counted = await client.query('SELECT count(*)::float8 AS count FROM public.heart_rate_metrics');
      return {
        ...Object.fromEntries(rows.map(({ name, value }) => [name, value])),
        redis: this.redisUrl === null ? 'none' : 'yes',
        cores: cpus().length,
        node: process.version,
        rows_in_table: counted.rows[0].count,
        ...more,
      };
    } finally {
      await client.end();
    }
  }
}

async function createDatabase(context: BenchContext, givenUrl: string): Promise<string> {
  const name = `health_export_bench_${randomBytes(6).toString('hex')}`;
  const run = async (sql: string): Promise<void> => {
    const admin = new Client({ connectionString: givenUrl });
    await admin.connect();
    await admin.query(sql).finally(() => admin.end());
  };
  await run(`CREATE DATABASE ${name}`);
  context.atEnd(() => run(`DROP DATABASE ${name} WITH (FORCE)`));
  const url = new URL(givenUrl);
  url.pathname = name;
  return url.href;
}

async function bringPostgres(context: BenchContext, dataDir: string): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  context.atEnd(() => postgres.stop());
  return postgres.url;
}

async function bringRedis(context: BenchContext): Promise<string | null> {
  // A folder that stays: where no Redis is installed, the program is downloaded to it, which takes a while.
  const dataDir = join(context.options.dataDir, 'bench-redis');
  const lock = await lockDataDir(dataDir, { purpose: 'a benchmark' });
  context.atEnd(() => lock.release());
  const redis = await startEmbeddedRedis({ dataDir, log: () => undefined, path: process.env['PATH'] ?? '' });
  if ('unavailable' in redis) {
    context.progress(`goes on without Redis: ${redis.unavailable}`);
    return null;
  }
  context.atEnd(() => redis.stop());
  return redis.url;
}
