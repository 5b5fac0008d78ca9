import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { PoolClient, QueryResultRow } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { isUuid } from '../common/uuid';

/** One open transaction; not to be used after the work that it was given to has ended. */
export interface Transaction {
  /** Runs one statement and returns its rows. */
  query<Row extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The connection itself, for prepared statements with binary parameters. */
  readonly client: PoolClient;
  /** TypeORM's entities in this transaction. */
  readonly manager: EntityManager;
}

/** The one door to the database: every statement of the service runs inside a transaction that this service opened. */
@Injectable()
export class DatabaseService implements OnApplicationBootstrap {
  private readonly logger = new Logger(DatabaseService.name);

  constructor(private readonly dataSource: DataSource) {}

  /** Opens the connections that are kept warm: `min` of the pool only keeps them from being closed. */
  async onApplicationBootstrap(): Promise<void> {
    const pool = this.pool();
    const clients = await Promise.allSettled(Array.from({ length: pool.options.min ?? 0 }, () => pool.connect()));
    for (const client of clients) if (client.status === 'fulfilled') client.value.release();
    const failed = clients.filter((client) => client.status === 'rejected').length;
    if (failed > 0) this.logger.warn(`${failed} of ${clients.length} connections could not be opened ahead`);
  }

  /** The one pool, for its figures. */
  pool(): import('pg').Pool {
    return (this.dataSource.driver as unknown as { master: import('pg').Pool }).master;
  }

  /**
   * Runs `work` in one transaction for the given people and commits it; rolls back and rejects when it rejects.
   *
   * `userIds` are whose rows may be touched: they are set as `app.user_ids`, which row-level security reads.
   */
  inTransaction<T>(userIds: readonly string[], work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.run('READ WRITE', userIds, work);
  }

  /** The same for reading only, on one snapshot: all statements of one answer see the same state. */
  inReadOnlyTransaction<T>(userIds: readonly string[], work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.run('ISOLATION LEVEL REPEATABLE READ READ ONLY', userIds, work);
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
      await queryRunner.commitTransaction();
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
