import { ConsoleLogger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import { BatchModule } from '../../../src/batch/batch.module';
import { type WorkHandler, WorkHandlers } from '../../../src/batch/work/work-handlers';
import { ConfigModule } from '../../../src/config/config.module';
import { loadSettings } from '../../../src/config/load-settings';
import { DatabaseModule } from '../../../src/database/database.module';
import { partitionedTables } from '../../../src/database/keep-partitions';
import type { TestDatabase } from '../../support/test-database';

/** The batch module in an application of its own. */
export interface OpenBatch {
  readonly app: TestingModule;
  /** What it has logged as a warning or worse. */
  readonly complaints: string[];
  /** Stops it and says how long that took. */
  closeMs(): Promise<number>;
}

const refuse: WorkHandler = () => Promise.reject(new Error('there should be no work'));

class Complaints extends ConsoleLogger {
  readonly lines: string[] = [];

  override log(): void {}

  override warn(...parts: unknown[]): void {
    this.lines.push(parts.map(String).join(' '));
  }

  override error(...parts: unknown[]): void {
    this.lines.push(parts.map(String).join(' '));
  }
}

/** How the module is opened other than usual. */
export interface OpenBatchOptions {
  /** The owner's address, where it is another than the database's. */
  readonly databaseOwnerUrl?: string;
  /** What is done with work of any kind; without it that fails. */
  readonly handler?: WorkHandler;
  readonly env?: Readonly<Record<string, string>>;
}

/** Opens the batch module on a database as an application does. */
export async function openBatch(
  database: TestDatabase,
  redisUrl: string | null,
  { databaseOwnerUrl = database.ownerUrl, handler = refuse, env = {} }: OpenBatchOptions = {},
): Promise<OpenBatch> {
  const settings = loadSettings({ POOL_MIN: '0', POOL_MAX: '3', ...env });
  const logger = new Complaints();
  const app = await Test.createTestingModule({
    imports: [
      ConfigModule.register(settings, { databaseUrl: database.url, databaseOwnerUrl, redisUrl }),
      DatabaseModule.register([]),
      BatchModule.register({ redis: redisUrl !== null, works: true }),
    ],
  })
    .setLogger(logger)
    .compile();
  const handlers = app.get(WorkHandlers, { strict: false });
  for (const kind of ['derive', 'rederive'] as const) handlers.register(kind, handler);
  await app.init();
  return {
    app,
    complaints: logger.lines,
    closeMs: async () => {
      const startedAtMs = performance.now();
      await app.close();
      return performance.now() - startedAtMs;
    },
  };
}

/** The furthest month of every table, by which it can be dropped and looked for. */
export class FurthestMonth {
  private constructor(
    private readonly owner: Client,
    private readonly suffix: string,
  ) {}

  static async of(database: TestDatabase): Promise<FurthestMonth> {
    const owner = new Client({ connectionString: database.ownerUrl });
    await owner.connect();
    const { rows } = await owner.query(
      `SELECT max(right(relname, 8)) AS suffix FROM pg_class WHERE relname ~ '^raw_ingestions_\\d{4}_\\d{2}$'`,
    );
    return new FurthestMonth(owner, rows[0].suffix);
  }

  async drop(): Promise<void> {
    for (const table of partitionedTables.keys()) await this.owner.query(`DROP TABLE ${table}${this.suffix}`);
  }

  /** Whether every table has it. */
  async isThere(): Promise<boolean> {
    const names = [...partitionedTables.keys()].map((table) => table + this.suffix);
    const { rows } = await this.owner.query('SELECT count(*)::int AS found FROM pg_class WHERE relname = ANY ($1)', [
      names,
    ]);
    return rows[0].found === names.length;
  }

  /** Takes or gives back the lock under which partitions are made, so that making them waits. */
  async holdLock(isHeld: boolean): Promise<void> {
    await this.owner.query(`SELECT pg_advisory_${isHeld ? 'lock' : 'unlock'}(7309453672214562893)`);
  }

  /** Whether somebody waits for that lock. */
  async isLockWanted(): Promise<boolean> {
    const { rows } = await this.owner.query(
      `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows.length > 0;
  }

  async end(): Promise<void> {
    await this.owner.end();
  }
}
