import { Injectable } from '@nestjs/common';
import { DatabaseService, type Transaction } from '../../database/database.service';
import type { Account } from '../account';
import type { AutomationHeaders } from '../receive/automation-headers';
import type { ReceivedBody } from '../receive/receive-body';
import type { KeptBytes } from './kept-bytes';

/** An ingestion that is complete. */
export interface StoredIngestion {
  readonly id: string;
  readonly userId: string;
  readonly receivedAtMs: number;
  readonly ingestionSeq: string;
  readonly body: ReceivedBody;
  readonly kept: KeptBytes;
  readonly automation: AutomationHeaders;
  readonly account: Account;
  readonly processingMs: number;
}

const insertIngestionSql = `
INSERT INTO raw_ingestions (
  user_id, received_at, id, ingestion_seq, status, content_type, sent_encoding, kept_encoding, sent_bytes, body_bytes,
  sha256, body, piece_count, automation_name, automation_id, automation_period, automation_aggregation, session_id,
  account, processing_ms, finished_at)
VALUES ($1, $2, $3, $4, 'stored', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, now())`;

const insertPieceSql = `
INSERT INTO raw_ingestion_pieces (user_id, received_at, ingestion_id, piece, bytes) VALUES ($1, $2, $3, $4, $5)`;

/** Writes the rows of `raw_ingestions` and its pieces. */
@Injectable()
export class IngestionRepository {
  constructor(private readonly database: DatabaseService) {}

  /** Draws the place of an ingestion in the order of all; to be done as it arrives, before its body is read. */
  drawSeq(): Promise<string> {
    return this.database.nextValue('ingestion_seq');
  }

  /**
   * Takes the user's advisory lock until the end of the transaction.
   *
   * ORDER: before any row of the user is touched; a transaction for several users takes all their locks here, sorted.
   */
  async lockUser(tx: Transaction, userId: string): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [userId]);
  }

  /** Inserts a complete ingestion with its bytes: in the row when they are one piece, else in pieces beside it. */
  async insert(tx: Transaction, ingestion: StoredIngestion): Promise<void> {
    const { userId, id, body, kept, automation } = ingestion;
    const receivedAt = new Date(ingestion.receivedAtMs);
    const isWhole = kept.pieces.length <= 1;
    await tx.query(insertIngestionSql, [
      userId,
      receivedAt,
      id,
      ingestion.ingestionSeq,
      body.contentType,
      body.contentEncoding,
      kept.encoding,
      body.sentBytes,
      body.bytes.length,
      body.sha256,
      isWhole ? (kept.pieces[0] ?? Buffer.alloc(0)) : null,
      isWhole ? 0 : kept.pieces.length,
      automation.name,
      automation.id,
      automation.period,
      automation.aggregation,
      automation.sessionId,
      JSON.stringify(ingestion.account),
      ingestion.processingMs,
    ]);
    if (isWhole) return;
    for (const [piece, bytes] of kept.pieces.entries()) {
      await tx.query(insertPieceSql, [userId, receivedAt, id, piece, bytes]);
    }
  }
}
