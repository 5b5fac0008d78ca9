import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Settings } from '../../config/settings';
import { SETTINGS } from '../../config/settings.token';
import { DatabaseService } from '../../database/database.service';
import { type IngestionKey, keyValues } from '../../database/ingestion-key';
import { PieceRepository } from '../../database/piece.repository';
import { bodyAbandoned, WorkRepository } from '../../database/work/work.repository';
import type { AutomationHeaders } from '../receive/automation-headers';
import type { BodyHeaders } from '../receive/check-body-headers';
import type { BodyFacts } from '../receive/received-body';
import type { KeptEncoding } from './kept-bytes';

const beginSql = `
INSERT INTO raw_ingestions (
  user_id, received_at, id, ingestion_seq, status, content_type, sent_encoding, kept_encoding, sent_bytes, body_bytes,
  sha256, automation_name, automation_id, automation_period, automation_aggregation, session_id,
  time_zone)
VALUES ($1, $2::timestamptz, $3, $4, 'receiving', $5, $6, $7, 0, 0, '', $8, $9, $10, $11, $12, $13)`;

const completeSql = `
UPDATE raw_ingestions SET status = 'received', sent_bytes = $4, body_bytes = $5, sha256 = $6, piece_count = $7
 WHERE user_id = $1 AND received_at = $2::timestamptz AND id = $3 RETURNING 1 AS found`;

/** A body of which nothing new arrives for this much longer than its whole request may take has no process any more. */
const staleMarginMs = 60_000;

/**
 * The rows of a body that is stored while it arrives: its ingestion, from `receiving` to `received`, its pieces and its
 * open work. Each step is a short transaction of its own, so that no connection waits for a slow client.
 */
@Injectable()
export class SpilledBodyRepository {
  private readonly logger = new Logger(SpilledBodyRepository.name);
  private readonly staleAfterMs: number;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly database: DatabaseService,
    private readonly pieces: PieceRepository,
    private readonly work: WorkRepository,
  ) {
    this.staleAfterMs = settings.requestTimeoutMs + staleMarginMs;
  }

  /** Begins the ingestion. */
  async begin(
    key: IngestionKey,
    ingestionSeq: string,
    headers: BodyHeaders,
    keptEncoding: KeptEncoding,
    automation: AutomationHeaders,
    timeZone: string,
  ): Promise<void> {
    const { name, id, period, aggregation, sessionId } = automation;
    const { contentType, contentEncoding } = headers;
    const facts = [ingestionSeq, contentType, contentEncoding, keptEncoding];
    const values = [...facts, name, id, period, aggregation, sessionId, timeZone];
    await this.database.inTransaction([key.userId], async (tx) => {
      await this.work.beginReceive(tx, key, this.staleAfterMs);
      await tx.query(beginSql, [...keyValues(key), ...values]);
    });
  }

  /** Adds the next piece. Errors: rejects with a 503 problem when the body was given up meanwhile. */
  async addPiece(key: IngestionKey, piece: number, bytes: Buffer): Promise<void> {
    await this.database.inTransaction([key.userId], async (tx) => {
      await this.work.pushReceive(tx, key, this.staleAfterMs);
      await this.pieces.insert(tx, key, piece, bytes);
    });
  }

  /**
   * The body has arrived whole: when this resolves, it is kept and will be worked on, whatever becomes of this process,
   * beginning with `checkpoint`, null for nothing. Errors: as {@link addPiece}.
   */
  async complete(key: IngestionKey, facts: BodyFacts, pieceCount: number, checkpoint: unknown): Promise<void> {
    await this.database.inTransaction([key.userId], async (tx) => {
      await this.work.endReceive(tx, key, checkpoint);
      const values = [...keyValues(key), facts.sentBytes, facts.bodyBytes, facts.sha256, pieceCount];
      // Nothing is promised that is not there: its partition may have been taken away since it began.
      if ((await tx.query(completeSql, values)).length === 0) throw bodyAbandoned();
    });
  }

  /**
   * Removes a body that did not arrive whole. Never rejects: what cannot be removed now is logged, and removed when
   * nothing was heard of it for long enough.
   */
  async discard(key: IngestionKey): Promise<void> {
    try {
      await this.database.inTransaction([key.userId], (tx) => this.work.discardReceive(tx, key));
    } catch (err) {
      this.logger.warn({ err, ingestionId: key.id }, 'a body that was refused could not be removed yet');
    }
  }
}
