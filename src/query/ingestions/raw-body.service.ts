import { Readable } from 'node:stream';
import { Injectable, Logger } from '@nestjs/common';
import { inflate } from '../../common/inflate';
import { Problem } from '../../common/problem';
import { DatabaseService } from '../../database/database.service';
import { PieceRepository } from '../../database/piece.repository';
import { acceptsEncoding } from '../request/accepts-encoding';
import { notFound } from '../request/thing-id.pipe';
import { receivedAtOf } from './find-ingestion';

/** The bytes of a payload on their way back. */
export interface RawBody {
  readonly bytes: Readable;
  readonly contentType: string;
  /** What the bytes are encoded with; `identity` for none. */
  readonly encoding: string;
  readonly contentLength: number;
  /** A strong validator; other bytes have another one. */
  readonly etag: string;
}

interface BodyRow {
  readonly status: string;
  readonly content_type: string;
  readonly sent_encoding: string;
  readonly kept_encoding: string;
  readonly sent_bytes: string;
  readonly body_bytes: string;
  readonly sha256: Buffer;
  readonly body: Buffer | null;
  readonly piece_count: number;
}

const findBodySql = `
SELECT status, content_type, sent_encoding, kept_encoding, sent_bytes, body_bytes, sha256, body, piece_count
  FROM raw_ingestions
 WHERE user_id = $1 AND received_at = $2::timestamptz AND id = $3`;

/** Gives payloads back as they were sent. */
@Injectable()
export class RawBodyService {
  private readonly logger = new Logger(RawBodyService.name);

  constructor(
    private readonly database: DatabaseService,
    private readonly pieces: PieceRepository,
  ) {}

  /**
   * The verbatim bytes of a user's ingestion. What was sent compressed comes back in those very bytes when
   * `acceptEncoding` allows it, else inflated.
   *
   * A body in pieces is read one piece at a time while the bytes are taken, each in a transaction of its own: no
   * connection waits for a slow reader, and memory holds two pieces at most. The stream fails when a piece is gone.
   *
   * Errors: rejects with Problem 404 `not_found`, or 409 `not_received` while the body is still arriving.
   */
  async open(userId: string, id: string, acceptEncoding: string | undefined): Promise<RawBody> {
    const receivedAt = receivedAtOf(id);
    const [row] = await this.database.inReadOnlyTransaction([userId], (tx) =>
      tx.query<BodyRow>(findBodySql, [userId, receivedAt.toISOString(), id]),
    );
    if (row === undefined) throw notFound();
    if (row.status === 'receiving') throw new Problem(409, 'not_received', 'The body is still arriving.');
    const key = { userId, id, receivedAtMs: receivedAt.getTime() };
    const pieces = this.pieces.read(key, { body: row.body, pieceCount: row.piece_count });
    const kept = Readable.from(pieces, { objectMode: false });
    const { sent_encoding: sentEncoding, kept_encoding: keptEncoding } = row;
    const asSent = keptEncoding === sentEncoding && acceptsEncoding(acceptEncoding, sentEncoding);
    const bytes = asSent ? kept : inflate(kept, keptEncoding);
    // The headers are out by then: the server cuts the connection, and all that is left is to say so.
    bytes.on('error', (err) => this.logger.error({ err }, 'the bytes of an ingestion cannot be given back'));
    const encoding = asSent ? sentEncoding : 'identity';
    const digest = row.sha256.toString('hex');
    return {
      bytes,
      encoding,
      // What came without a content type was taken for JSON, and is.
      contentType: row.content_type || 'application/json',
      contentLength: Number(asSent ? row.sent_bytes : row.body_bytes),
      etag: encoding === 'identity' ? `"${digest}"` : `"${digest}-${encoding}"`,
    };
  }
}
