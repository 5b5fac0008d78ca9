import { Injectable } from '@nestjs/common';
import { DatabaseService, type Transaction } from './database.service';
import { type IngestionKey, keyValues } from './ingestion-key';

const insertSql = `
INSERT INTO raw_ingestion_pieces (user_id, received_at, ingestion_id, piece, bytes)
VALUES ($1, $2::timestamptz, $3, $4, $5)`;

const ofIngestion = 'WHERE user_id = $1 AND received_at = $2::timestamptz AND ingestion_id = $3';

/** How the row of an ingestion says where its bytes are: in itself, or in so many pieces beside it. */
export interface KeptPlace {
  readonly body: Buffer | null;
  readonly pieceCount: number;
}

/** Reads and writes `raw_ingestion_pieces`: the bytes of payloads that are too large for one row. */
@Injectable()
export class PieceRepository {
  constructor(private readonly database: DatabaseService) {}

  /** Adds a piece; they count from 0. */
  async insert(tx: Transaction, key: IngestionKey, piece: number, bytes: Buffer): Promise<void> {
    await tx.query(insertSql, [...keyValues(key), piece, bytes]);
  }

  /** Removes all pieces of an ingestion. */
  async removeAll(tx: Transaction, key: IngestionKey): Promise<void> {
    await tx.query(`DELETE FROM raw_ingestion_pieces ${ofIngestion}`, keyValues(key));
  }

  /**
   * The bytes of an ingestion as they are kept, piece by piece, each read in a short transaction when it is asked for: no
   * connection waits for a slow reader, and memory holds one piece. Errors: rejects when a piece is missing.
   */
  async *read(key: IngestionKey, { body, pieceCount }: KeptPlace): AsyncGenerator<Buffer> {
    if (body !== null) yield body;
    for (let piece = 0; body === null && piece < pieceCount; piece++) {
      const [row] = await this.database.inReadOnlyTransaction([key.userId], (tx) =>
        tx.query<{ bytes: Buffer }>(`SELECT bytes FROM raw_ingestion_pieces ${ofIngestion} AND piece = $4`, [
          ...keyValues(key),
          piece,
        ]),
      );
      if (row === undefined) throw new Error('a piece of a body is missing');
      yield row.bytes;
    }
  }
}
