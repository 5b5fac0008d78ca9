import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { Problem } from '../common/problem';
import { isUuid } from '../common/uuid';
import { isUnavailable } from './sqlstate';

/** One open transaction; not to be used after the work that it was given to has ended. */
export interface Transaction {
  /** Runs one statement and returns its rows. */
  query<Row extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The connection itself, for prepared statements with binary parameters. */
  readonly client: PoolClient;
  /** TypeORM's entities in this transaction. */
  readonly manager: EntityManager;
}

/** The connection was lost while the commit was under way: nobody can tell from here whether it came through. */
function throwUnknownOutcome(cause: unknown): never {
  if (!isUnavailable(cause)) throw cause;
  const detail = 'The answer of the database was lost, so this may have been stored. Send it again: that is harmless.';
  throw new Problem(503, 'outcome_unknown', detail, { retryAfterS: 5, cause });
}

/** The one door to the database: every statement of the service runs inside a transaction that this service opened. */
@Injectable()
export class DatabaseService implements OnApplicationBootstrap {
  private readonly logger = new Logger(DatabaseService.name);
  private isWarming = false;

  constructor(private readonly dataSource: DataSource) {}

  /** Opens the connections that are kept warm, and opens them again whenever some were closed. */
  async onApplicationBootstrap(): Promise<void> {
    // The pool's own `min` only keeps it from closing what is idle: it neither opens a connection ahead nor replaces one
    // that reached its lifetime or was cut by the server.
    const pool = this.pool();
    pool.on('remove', () => void this.keepWarm(pool));
    await this.keepWarm(pool);
  }

  /** The one pool, for its figures. */
  pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  /**
   * Runs `work` in one transaction for the given people and commits it; rolls back and rejects when it rejects.
   *
   * `userIds` are whose rows may be touched: they are set as `app.user_ids`, which row-level security reads.
   */
  inTransaction<T>(userIds: readonly string[], work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.run('READ WRITE', userIds, work);
  }

  /**
   * The next value of a sequence, as text. The one statement that needs no transaction: a value drawn is drawn.
   */
  async nextValue(sequence: string): Promise<string> {
    const { rows } = await this.pool().query('SELECT nextval($1::regclass)::text AS value', [sequence]);
    return rows[0].value;
  }

  /** The same for reading only, on one snapshot: all statements of one answer see the same state. */
  inReadOnlyTransaction<T>(userIds: readonly string[], work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.run('ISOLATION LEVEL REPEATABLE READ READ ONLY', userIds, work);
  }

  /** Never rejects: when PostgreSQL cannot be reached, the connections are opened by the requests that need them. */
  private async keepWarm(pool: Pool): Promise<void> {
    if (this.isWarming) return;
    this.isWarming = true;
    const held: PoolClient[] = [];
    // A connection that is cut while nobody listens to it ends the process; the pool drops it when it gets it back.
    const ignore = (): void => undefined;
    try {
      while (!pool.ending && pool.totalCount < (pool.options.min ?? 0)) {
        held.push((await pool.connect()).on('error', ignore));
      }
    } catch {
      this.logger.warn('connections to PostgreSQL could not be opened ahead');
    } finally {
      this.isWarming = false;
      for (const client of held) client.off('error', ignore).release();
    }
  }

  private async run<T>(mode: string, userIds: readonly string[], work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (!userIds.every(isUuid)) throw new Error('a user id is not a UUID');
    const queryRunner = this.dataSource.createQueryRunner();
    try {
      const client: PoolClient = await queryRunner.connect();
      await queryRunner.startTransaction();
      // One round trip; the ids were checked above, and SET takes no parameters.
      await client.query(`SET TRANSACTION ${mode}; SET LOCAL app.user_ids = '{${userIds.join(',')}}'`);
      const tx: Transaction = {
        client,
        manager: queryRunner.manager,
        query: async (sql, values = []) => (await client.query(sql, [...values])).rows,
      };
      const result = await work(tx);
      // After a failed statement, whoever caught its error, PostgreSQL answers COMMIT with a rollback and no error: only
      // the answer tells, which TypeORM's own commit does not show.
      const { command } = await client.query('COMMIT').catch(throwUnknownOutcome);
      if (command !== 'COMMIT') throw new Error('the transaction was given up: a statement in it failed');
      return result;
    } catch (error) {
      // A broken connection cannot roll back; the server has done it already.
      if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await queryRunner.release();
    }
  }
}
