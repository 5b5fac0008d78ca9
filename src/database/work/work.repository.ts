import { Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem';
import { DatabaseService, type Transaction } from '../database.service';
import { type IngestionKey, keyValues } from '../ingestion-key';
import { PieceRepository } from '../piece.repository';

/**
 * What is to be done with an ingestion: wait for the rest of its body, write its samples for the first time or again, or
 * write them again and remove what it wrote before and does not yield any more.
 */
export type WorkKind = 'receive' | 'derive' | 'rederive';

/** Work that somebody should take up now. */
export interface DueWork extends IngestionKey {
  /** How often it has been claimed: with it, each claim has a name of its own. */
  readonly claims: number;
  /** How long it has been due, in ms. */
  readonly overdueMs: number;
  /** Whether it can wait for all that cannot: it was written once already. */
  readonly isPatient: boolean;
}

interface KeyRow {
  readonly user_id: string;
  readonly ingestion_id: string;
  readonly received_at: Date;
}

const insertSql = `
INSERT INTO ingestion_work (user_id, received_at, ingestion_id, kind, due_at)
VALUES ($1, $2::timestamptz, $3, $4, clock_timestamp() + $5 * interval '1 millisecond')
ON CONFLICT DO NOTHING RETURNING 1 AS opened`;

const ofReceive = `WHERE user_id = $1 AND received_at = $2::timestamptz AND ingestion_id = $3 AND kind = 'receive'`;

const pushReceiveSql = `
UPDATE ingestion_work SET due_at = clock_timestamp() + $4 * interval '1 millisecond' ${ofReceive} RETURNING 1 AS found`;

const endReceiveSql = `
UPDATE ingestion_work SET kind = 'derive', due_at = clock_timestamp(), checkpoint = $4 ${ofReceive} RETURNING 1 AS found`;

const findDueSql = `
SELECT user_id, ingestion_id, received_at, claims, extract(epoch FROM now() - due_at)::float8 * 1000 AS overdue_ms,
       kind = 'rederive' AS is_patient
  FROM ingestion_work
 WHERE due_at <= now() AND (lease_until IS NULL OR lease_until <= now()) AND kind <> 'receive'
 ORDER BY is_patient, due_at LIMIT $1`;

const findOthersDueSql = `
SELECT user_id, ingestion_id, received_at FROM ingestion_work
 WHERE user_id = $1 AND kind = $2 AND ingestion_id <> $3
   AND due_at <= now() AND (lease_until IS NULL OR lease_until <= now())
 ORDER BY received_at LIMIT $4`;

const closeUnheldSql = `
DELETE FROM ingestion_work
 WHERE user_id = $1 AND ingestion_id = ANY ($2::uuid[]) AND (lease_until IS NULL OR lease_until <= now())`;

const takeStaleSql = `
DELETE FROM ingestion_work
 WHERE (user_id, ingestion_id) IN (
   SELECT user_id, ingestion_id FROM ingestion_work WHERE due_at <= now() AND kind = 'receive'
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING user_id, ingestion_id, received_at`;

function toKey(row: KeyRow): IngestionKey {
  return { userId: row.user_id, id: row.ingestion_id, receivedAtMs: row.received_at.getTime() };
}

/** The 503 problem for a body that is not waited for any more. */
export function bodyAbandoned(): Problem {
  const detail = 'The body came too slowly and was given up. Nothing was kept; send it again.';
  return new Problem(503, 'body_abandoned', detail, { retryAfterS: 5 });
}

/**
 * Opens and finds open work: the rows of `ingestion_work`, one for each ingestion that is not finished. A payload that is
 * stored before its reply never has one.
 */
@Injectable()
export class WorkRepository {
  constructor(
    private readonly database: DatabaseService,
    private readonly pieces: PieceRepository,
  ) {}

  /**
   * Opens work on an ingestion, due at once, when the transaction is committed. False when there is open work on it
   * already, which stays as it is.
   */
  async enqueue(
    tx: Transaction,
    userId: string,
    ingestionId: string,
    receivedAt: Date,
    kind: WorkKind,
  ): Promise<boolean> {
    const rows = await tx.query(insertSql, [userId, receivedAt.toISOString(), ingestionId, kind, 0]);
    return rows.length > 0;
  }

  /** Says that the body of an ingestion is arriving; it is given up when nothing is heard of it for `staleAfterMs`. */
  async beginReceive(tx: Transaction, key: IngestionKey, staleAfterMs: number): Promise<void> {
    await tx.query(insertSql, [...keyValues(key), 'receive', staleAfterMs]);
  }

  /** Says that more of it has arrived. Errors: rejects with a 503 problem when it was given up meanwhile. */
  async pushReceive(tx: Transaction, key: IngestionKey, staleAfterMs: number): Promise<void> {
    if ((await tx.query(pushReceiveSql, [...keyValues(key), staleAfterMs])).length === 0) throw bodyAbandoned();
  }

  /**
   * Says that all of it has arrived: its samples are to be written now, beginning with `checkpoint`, as JSON; null for
   * nothing. Errors: as {@link pushReceive}.
   */
  async endReceive(tx: Transaction, key: IngestionKey, checkpoint: unknown): Promise<void> {
    const values = [...keyValues(key), checkpoint === null ? null : JSON.stringify(checkpoint)];
    if ((await tx.query(endReceiveSql, values)).length === 0) throw bodyAbandoned();
  }

  /** Removes an ingestion whose body has not arrived whole, with what there is of it; one that has arrived stays. */
  async discardReceive(tx: Transaction, key: IngestionKey): Promise<void> {
    // ORDER: the work first, as everywhere: who has locked it may touch the rest.
    const taken = await tx.query(`DELETE FROM ingestion_work ${ofReceive} RETURNING 1 AS taken`, keyValues(key));
    if (taken.length > 0) await this.removeBody(tx, key);
  }

  /** Work that is due and that nobody holds, of all users: what is new first, then that which waits longest. */
  async findDue(limit: number): Promise<readonly DueWork[]> {
    const rows = await this.database.inReadOnlyTransaction([], (tx) =>
      tx.query<KeyRow & { claims: number; overdue_ms: number; is_patient: boolean }>(findDueSql, [limit]),
    );
    return rows.map((row) => ({
      ...toKey(row),
      claims: row.claims,
      overdueMs: row.overdue_ms,
      isPatient: row.is_patient,
    }));
  }

  /** Other work of the same user and kind that is due and that nobody holds, in the order of receipt. */
  async findOthersDue({ userId, id }: IngestionKey, kind: WorkKind, limit: number): Promise<readonly IngestionKey[]> {
    const rows = await this.database.inReadOnlyTransaction([userId], (tx) =>
      tx.query<KeyRow>(findOthersDueSql, [userId, kind, id, limit]),
    );
    return rows.map(toKey);
  }

  /** Closes work that was done along with other work; what somebody holds by now is theirs to close. */
  async closeUnheld(tx: Transaction, userId: string, ids: readonly string[]): Promise<void> {
    await tx.query(closeUnheldSql, [userId, ids]);
  }

  /**
   * Removes one ingestion whose body has stopped to arrive, with what there is of it; its process is gone. False when
   * there is none. Several processes may do so at once.
   */
  async removeStale(): Promise<boolean> {
    return await this.database.inTransaction([], async (tx) => {
      const [row] = await tx.query<KeyRow>(takeStaleSql);
      if (row !== undefined) await this.removeBody(tx, toKey(row));
      return row !== undefined;
    });
  }

  private async removeBody(tx: Transaction, key: IngestionKey): Promise<void> {
    await this.pieces.removeAll(tx, key);
    const sql = 'DELETE FROM raw_ingestions WHERE user_id = $1 AND received_at = $2::timestamptz AND id = $3';
    await tx.query(sql, keyValues(key));
  }
}
