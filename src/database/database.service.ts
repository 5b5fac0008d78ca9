import { Injectable, type OnApplicationBootstrap, Optional } from '@nestjs/common';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { Problem } from '../common/problem';
import type { PoolUse } from '../monitoring/process-figures';
import { StatementSampler } from '../monitoring/statement-sampler';
import { commitWith, type LastStatements, nothingMore } from './commit-with';
import { abandon, dropIdle } from './lost-connections';
import { locking, type Opening, opening, readOnly, readWrite } from './opening';
import { type BorrowListener, PoolUseTally } from './pool-use';
import { isAnswerMissing, isPartitionMissing } from './sqlstate';
import { WarmPool } from './warm-pool';

/** One open transaction; not to be used after the work that it was given to has ended. */
export interface Transaction {
  /**
   * Runs one statement and returns its rows. With a name it is prepared: parsed once a connection, which takes as long as
   * a short look-up. A name stands for one text; of partitioned tables a connection then keeps a plan of 2 MB.
   */
  query<Row extends QueryResultRow>(sql: string, values?: readonly unknown[], name?: string): Promise<Row[]>;
  /** The connection itself, for prepared statements with binary parameters. */
  readonly client: PoolClient;
  /** Settles when the transaction has begun: its first statement is sent before that is known. */
  readonly begun: Promise<unknown>;
}

/** A transaction that knows TypeORM's entities as well. */
export interface EntityTransaction extends Transaction {
  readonly manager: EntityManager;
}

/** A connection that was taken from the pool. */
interface Borrowed<Tx> {
  readonly client: PoolClient;
  readonly toTransaction: (tx: Transaction) => Tx;
  /** Begins the transaction with these statements. */
  begin(sql: string): Promise<unknown>;
  release(): Promise<void>;
}

/**
 * The one door to the database: every statement of the service runs inside a transaction that this service opened. Each
 * round trip takes a turn of the event loop, which is long under load: a transaction's beginning goes with its first
 * statement, and its last ones go with the commit.
 */
@Injectable()
export class DatabaseService implements OnApplicationBootstrap {
  private readonly partitionListeners: (() => void)[] = [];
  private readonly use = new PoolUseTally();
  constructor(
    private readonly dataSource: DataSource,
    // The command line has none.
    @Optional() private readonly sampler?: StatementSampler,
  ) {}

  /** Opens the connections that are kept warm, and opens them again whenever some were closed. */
  async onApplicationBootstrap(): Promise<void> {
    await new WarmPool(this.pool()).keep();
  }

  /** Has `listener` called whenever a row found no partition; the transaction that lacked it has failed by then. */
  onPartitionMissing(listener: () => void): void {
    this.partitionListeners.push(listener);
  }

  /** The one pool, for its figures. */
  pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  /** Has `listener` called for every connection that is given back. */
  onBorrow(listener: BorrowListener): void {
    this.use.listener = listener;
  }

  /** How long connections were waited for and used, since the start. */
  readUse(): PoolUse {
    return this.use.read(this.pool().options.max);
  }

  /**
   * Runs `work` in one transaction for the given people and commits it; rolls back and rejects when it rejects.
   *
   * `userIds` are whose rows may be touched: they are set as `app.user_ids`, which row-level security reads.
   */
  async inTransaction<T>(userIds: readonly string[], work: (tx: Transaction) => Promise<T>): Promise<T> {
    return await this.runWhole(() => this.borrow(), opening(readWrite, userIds, false), work);
  }

  /**
   * The same, holding the users' advisory locks from before the first statement to the end.
   *
   * ORDER: whoever writes samples takes all locks here and nowhere else; that keeps writers from deadlocks, counts exact
   * and what is read about a user's samples true until the commit.
   *
   * Prepared statements are planned once a connection: with arrays for parameters a plan for these very values is no
   * better, and making one over all partitions takes longer than the statement (7 ms of 7.4 for 60 rows).
   */
  async inLockedTransaction<T>(userIds: readonly string[], work: (tx: Transaction) => Promise<T>): Promise<T> {
    return await this.inLockedTransactionWithLast(userIds, async (tx) => nothingMore(await work(tx)));
  }

  /** The same; `work` ends with the statements that go with the commit, and what comes of them is what is resolved with. */
  async inLockedTransactionWithLast<T>(
    userIds: readonly string[],
    work: (tx: Transaction) => Promise<LastStatements<T>>,
  ): Promise<T> {
    const more = `; SET LOCAL plan_cache_mode = force_generic_plan; ${locking(userIds)}`;
    return await this.run(() => this.borrow(), opening(readWrite, userIds, true, more), work);
  }

  /**
   * Takes one user's advisory lock inside a transaction that did without so far.
   *
   * ORDER: before the transaction writes any row of theirs, and for one user only; else it could deadlock with others.
   */
  async lock(tx: Transaction, userId: string): Promise<void> {
    await tx.client.query(locking([userId]));
  }

  /** The same as `inTransaction`, for TypeORM's entities. */
  async inEntityTransaction<T>(userIds: readonly string[], work: (tx: EntityTransaction) => Promise<T>): Promise<T> {
    return await this.runWhole(() => this.borrowForEntities(), opening(readWrite, userIds, false), work);
  }

  /**
   * The same as `inTransaction` for reading only, on one snapshot: all statements of one answer see the same state. What
   * was read does not depend on the end of the transaction, so that is not waited for.
   */
  async inReadOnlyTransaction<T>(userIds: readonly string[], work: (tx: Transaction) => Promise<T>): Promise<T> {
    return await this.runWhole(() => this.borrow(), opening(readOnly, userIds, true), work);
  }

  /** The same as `inReadOnlyTransaction`, for TypeORM's entities. */
  async inReadOnlyEntityTransaction<T>(
    userIds: readonly string[],
    work: (tx: EntityTransaction) => Promise<T>,
  ): Promise<T> {
    return await this.runWhole(() => this.borrowForEntities(), opening(readOnly, userIds, false), work);
  }

  /**
   * The next values of a sequence, as texts, in rising order. The one statement that needs no transaction: a value drawn
   * is drawn.
   */
  async nextValues(sequence: string, count: number): Promise<string[]> {
    const text = 'SELECT nextval($1::regclass)::text AS value FROM generate_series(1, $2)';
    const pool = this.pool();
    try {
      const { rows } = await pool.query({ name: 'next_values', text, values: [sequence, count] });
      return rows.map(({ value }) => value);
    } catch (error) {
      // The pool has dropped the connection itself.
      if (isAnswerMissing(error)) dropIdle(pool);
      throw error;
    }
  }

  private async borrow(): Promise<Borrowed<Transaction>> {
    const client = await this.pool().connect();
    let broken: Error | undefined;
    // A connection that is cut while nobody listens to it ends the process; the pool then drops it.
    const note = (error: Error): void => {
      broken = error;
    };
    client.on('error', note);
    return {
      client,
      toTransaction: (tx) => tx,
      // One round trip for all that comes before the first statement.
      begin: (sql) => client.query(`BEGIN; ${sql}`),
      release: () => {
        client.off('error', note);
        client.release(broken);
        return Promise.resolve();
      },
    };
  }

  private async borrowForEntities(): Promise<Borrowed<EntityTransaction>> {
    const queryRunner = this.dataSource.createQueryRunner();
    const client: PoolClient = await queryRunner.connect();
    return {
      client,
      toTransaction: (tx) => ({ ...tx, manager: queryRunner.manager }),
      begin: async (sql) => {
        await queryRunner.startTransaction();
        await client.query(sql);
      },
      release: () => queryRunner.release(),
    };
  }

  private runWhole<Tx, T>(borrow: () => Promise<Borrowed<Tx>>, how: Opening, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.run(borrow, how, async (tx) => nothingMore(await work(tx)));
  }

  private async run<Tx, T>(
    borrow: () => Promise<Borrowed<Tx>>,
    { mode, sql, isSentAhead }: Opening,
    work: (tx: Tx) => Promise<LastStatements<T>>,
  ): Promise<T> {
    const askedMs = performance.now();
    const { client, toTransaction, begin, release } = await borrow();
    const gotMs = performance.now();
    const letGo = this.sampler?.watch(client);
    const begun = begin(sql);
    begun.catch(() => undefined);
    try {
      if (!isSentAhead) await begun;
      const query: Transaction['query'] = async (text, values = [], name) =>
        (await client.query({ name, text, values: [...values] })).rows;
      const last = await work(toTransaction({ client, query, begun }));
      await begun;
      return mode === readOnly ? this.endReading(client, last) : await commitWith(client, last);
    } catch (caught) {
      // What follows a beginning that failed fails too, and does not say why.
      const error = await begun.then(
        () => caught,
        (reason: unknown) => reason,
      );
      await this.rollBack(client, error);
      if (isPartitionMissing(error)) for (const listener of this.partitionListeners) listener();
      throw error;
    } finally {
      letGo?.();
      this.use.note(askedMs, gotMs, performance.now());
      await release();
    }
  }

  /** Ends a transaction that only read, without waiting for it: whoever gets the connection next asks behind it. */
  private endReading<T>(client: PoolClient, { read }: LastStatements<T>): T {
    client.query('COMMIT').catch((error: unknown) => {
      if (isAnswerMissing(error)) dropIdle(this.pool());
    });
    return read([]);
  }

  /** Ends a transaction that failed. Never rejects. */
  private async rollBack(client: PoolClient, error: unknown): Promise<void> {
    const cause = error instanceof Problem ? error.cause : error;
    // A broken connection cannot roll back; the server has done it already. Outside of a transaction it only warns.
    const failure = isAnswerMissing(cause) ? cause : await client.query('ROLLBACK').catch((reason: unknown) => reason);
    if (!isAnswerMissing(failure)) return;
    abandon(client);
    dropIdle(this.pool());
  }
}
