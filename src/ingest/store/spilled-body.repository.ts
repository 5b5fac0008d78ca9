import { Injectable, Logger } from '@nestjs/common';
import { DatabaseService } from '../../database/database.service';
import type { Account } from '../account';
import type { AutomationHeaders } from '../receive/automation-headers';
import type { BodyHeaders } from '../receive/check-body-headers';
import type { BodyFacts } from '../receive/received-body';
import type { KeptEncoding } from './kept-bytes';

/** The ingestion that a spilled body belongs to. */
export interface SpilledIngestion {
  readonly id: string;
  readonly userId: string;
  readonly receivedAtMs: number;
  readonly ingestionSeq: string;
}

const beginSql = `
INSERT INTO raw_ingestions (
  user_id, received_at, id, ingestion_seq, status, content_type, sent_encoding, kept_encoding, sent_bytes, body_bytes,
  sha256, automation_name, automation_id, automation_period, automation_aggregation, session_id)
VALUES ($1, $2, $3, $4, 'receiving', $5, $6, $7, 0, 0, '', $8, $9, $10, $11, $12)`;

const insertPieceSql = `
INSERT INTO raw_ingestion_pieces (user_id, received_at, ingestion_id, piece, bytes) VALUES ($1, $2, $3, $4, $5)`;

const ofIngestion = 'WHERE user_id = $1 AND received_at = $2 AND id = $3';

const completeSql = `
UPDATE raw_ingestions SET status = 'received', sent_bytes = $4, body_bytes = $5, sha256 = $6, piece_count = $7
 ${ofIngestion}`;

const finishSql = `
UPDATE raw_ingestions SET status = 'stored', account = $4, processing_ms = $5, finished_at = clock_timestamp()
 ${ofIngestion}`;

const ofPieces = 'WHERE user_id = $1 AND received_at = $2 AND ingestion_id = $3';

function keyOf({ userId, receivedAtMs, id }: SpilledIngestion): [string, Date, string] {
  return [userId, new Date(receivedAtMs), id];
}

/**
 * The rows of a body that is stored while it arrives: its ingestion, from `receiving` by `received` to `stored`, and its
 * pieces. Each statement is a short transaction of its own, so that no connection waits for a slow client.
 */
@Injectable()
export class SpilledBodyRepository {
  private readonly logger = new Logger(SpilledBodyRepository.name);

  constructor(private readonly database: DatabaseService) {}

  /** Begins the ingestion. */
  async begin(
    ingestion: SpilledIngestion,
    headers: BodyHeaders,
    keptEncoding: KeptEncoding,
    automation: AutomationHeaders,
  ): Promise<void> {
    const { name, id, period, aggregation, sessionId } = automation;
    const { contentType, contentEncoding } = headers;
    const values = [ingestion.ingestionSeq, contentType, contentEncoding, keptEncoding];
    await this.run(ingestion, beginSql, [...values, name, id, period, aggregation, sessionId]);
  }

  /** Adds the next piece. */
  async addPiece(ingestion: SpilledIngestion, piece: number, bytes: Buffer): Promise<void> {
    await this.run(ingestion, insertPieceSql, [piece, bytes]);
  }

  /** The body has arrived whole. */
  async complete(ingestion: SpilledIngestion, facts: BodyFacts, pieceCount: number): Promise<void> {
    await this.run(ingestion, completeSql, [facts.sentBytes, facts.bodyBytes, facts.sha256, pieceCount]);
  }

  /** All samples are written. */
  async finish(ingestion: SpilledIngestion, account: Account, processingMs: number): Promise<void> {
    await this.run(ingestion, finishSql, [JSON.stringify(account), processingMs]);
  }

  /** Removes an ingestion of which nothing was written. Never rejects: what cannot be removed now is logged. */
  async discard(ingestion: SpilledIngestion): Promise<void> {
    try {
      await this.database.inTransaction([ingestion.userId], async (tx) => {
        await tx.query(`DELETE FROM raw_ingestion_pieces ${ofPieces}`, keyOf(ingestion));
        await tx.query(`DELETE FROM raw_ingestions ${ofIngestion}`, keyOf(ingestion));
      });
    } catch (err) {
      this.logger.warn({ err, ingestionId: ingestion.id }, 'a body that was refused could not be removed');
    }
  }

  /** The bytes as they are kept, piece by piece. Errors: rejects when a piece is missing. */
  async *pieces(ingestion: SpilledIngestion, pieceCount: number): AsyncGenerator<Buffer> {
    for (let piece = 0; piece < pieceCount; piece++) {
      const [row] = await this.database.inReadOnlyTransaction([ingestion.userId], (tx) =>
        tx.query<{ bytes: Buffer }>(`SELECT bytes FROM raw_ingestion_pieces ${ofPieces} AND piece = $4`, [
          ...keyOf(ingestion),
          piece,
        ]),
      );
      if (row === undefined) throw new Error('a piece of a body is missing');
      yield row.bytes;
    }
  }

  private async run(ingestion: SpilledIngestion, sql: string, values: readonly unknown[]): Promise<void> {
    await this.database.inTransaction([ingestion.userId], (tx) => tx.query(sql, [...keyOf(ingestion), ...values]));
  }
}
