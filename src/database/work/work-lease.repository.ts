import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DatabaseService, type Transaction } from '../database.service';
import { type IngestionKey, keyValues } from '../ingestion-key';
import { type ClaimedWork, LeaseLostError, type WorkProgress } from './claimed-work';

interface ClaimedRow {
  readonly kind: ClaimedWork['kind'];
  readonly attempts: number;
  readonly checkpoint: unknown;
  readonly bytes_done: string;
  readonly samples_done: string;
  readonly worked_ms: number;
}

const claimSql = `
UPDATE ingestion_work
   SET holder = $4, lease_until = clock_timestamp() + $5 * interval '1 millisecond',
       attempts = attempts + 1, claims = claims + 1
 WHERE user_id = $1 AND received_at = $2::timestamptz AND ingestion_id = $3
   AND kind <> 'receive' AND due_at <= now() AND (lease_until IS NULL OR lease_until <= now())
RETURNING kind, attempts, checkpoint, bytes_done, samples_done, worked_ms`;

const held = 'WHERE user_id = $1 AND ingestion_id = $2 AND holder = $3';

const renewSql = `
UPDATE ingestion_work SET lease_until = clock_timestamp() + $4 * interval '1 millisecond' ${held} RETURNING 1 AS held`;

// Who comes further begins to count attempts anew: only what fails at the same place again and again is hopeless.
const checkpointSql = `
UPDATE ingestion_work
   SET lease_until = clock_timestamp() + $4 * interval '1 millisecond', attempts = 1,
       checkpoint = $5, bytes_done = $6, samples_done = $7, worked_ms = $8
 ${held} RETURNING 1 AS held`;

const postponeSql = `
UPDATE ingestion_work
   SET holder = NULL, lease_until = NULL, due_at = clock_timestamp() + $4 * interval '1 millisecond',
       attempts = attempts - $5
 ${held} RETURNING 1 AS held`;

const startOverSql = `
UPDATE ingestion_work SET checkpoint = NULL, bytes_done = 0, samples_done = 0 ${held} RETURNING 1 AS held`;

const closeSql = `DELETE FROM ingestion_work ${held} RETURNING 1 AS held`;

// What was written before stays, and so does the word for it.
const parkSql = `
UPDATE raw_ingestions
   SET status = CASE status WHEN 'stored' THEN 'stored' ELSE 'parked' END, error_code = $4, error_detail = $5, attempts = $6, finished_at = clock_timestamp()
 WHERE user_id = $1 AND received_at = $2::timestamptz AND id = $3`;

function holding({ userId, id, holder }: ClaimedWork): [string, string, string] {
  return [userId, id, holder];
}

/**
 * Holds open work under leases. A lease that has ended still holds as long as nobody else has claimed the work; who has
 * lost it learns so from the row, under its lock, before anything is committed.
 */
@Injectable()
export class WorkLeaseRepository {
  constructor(private readonly database: DatabaseService) {}

  /** Takes up work that is due, for `leaseMs`; null when it is not due, held by somebody else, or done. */
  async claim(key: IngestionKey, leaseMs: number): Promise<ClaimedWork | null> {
    const holder = randomUUID();
    const [row] = await this.database.inTransaction([key.userId], (tx) =>
      tx.query<ClaimedRow>(claimSql, [...keyValues(key), holder, leaseMs]),
    );
    if (row === undefined) return null;
    const { userId, id, receivedAtMs } = key;
    const { kind, attempts, checkpoint } = row;
    const progress = {
      bytesDone: Number(row.bytes_done),
      samplesDone: Number(row.samples_done),
      workedMs: row.worked_ms,
    };
    return { userId, id, receivedAtMs, kind, holder, attempts, checkpoint, progress };
  }

  /** Prolongs a lease. Errors: rejects with LeaseLostError. */
  async renew(claim: ClaimedWork, leaseMs: number): Promise<void> {
    await this.database.inTransaction([claim.userId], (tx) =>
      this.mustHold(tx, renewSql, [...holding(claim), leaseMs]),
    );
  }

  /**
   * Saves how far the work has come, in the transaction that writes what it says is done, and prolongs the lease.
   *
   * Errors: rejects with LeaseLostError, which rolls that transaction back: two who work on the same can never both write.
   */
  async saveCheckpoint(
    tx: Transaction,
    claim: ClaimedWork,
    leaseMs: number,
    checkpoint: unknown,
    { bytesDone, samplesDone, workedMs }: WorkProgress,
  ): Promise<void> {
    const saved = [JSON.stringify(checkpoint), bytesDone, samplesDone, workedMs];
    await this.mustHold(tx, checkpointSql, [...holding(claim), leaseMs, ...saved]);
  }

  /** Closes work in the transaction that says what became of it. Errors: rejects with LeaseLostError. */
  async close(tx: Transaction, claim: ClaimedWork): Promise<void> {
    await this.mustHold(tx, closeSql, holding(claim));
  }

  /**
   * Gives work back, to be taken up again after `delayMs`; an attempt that is not `counted` leaves no trace.
   *
   * Errors: rejects with LeaseLostError.
   */
  async postpone(claim: ClaimedWork, delayMs: number, counted: boolean): Promise<void> {
    const values = [...holding(claim), delayMs, counted ? 0 : 1];
    await this.database.inTransaction([claim.userId], (tx) => this.mustHold(tx, postponeSql, values));
  }

  /** Forgets the checkpoint: the next attempt begins at the beginning. Errors: rejects with LeaseLostError. */
  async startOver(claim: ClaimedWork): Promise<void> {
    await this.database.inTransaction([claim.userId], (tx) => this.mustHold(tx, startOverSql, holding(claim)));
  }

  /**
   * Gives work up: the ingestion is `parked`, or stays `stored` when it was to be written once more, with a stable code and a sentence for people that has no health values. Its
   * bytes stay. Errors: rejects with LeaseLostError.
   */
  async park(claim: ClaimedWork, code: string, detail: string): Promise<void> {
    await this.database.inTransaction([claim.userId], async (tx) => {
      await this.close(tx, claim);
      await tx.query(parkSql, [...keyValues(claim), code, detail, claim.attempts]);
    });
  }

  private async mustHold(tx: Transaction, sql: string, values: readonly unknown[]): Promise<void> {
    if ((await tx.query(sql, values)).length === 0) throw new LeaseLostError();
  }
}
