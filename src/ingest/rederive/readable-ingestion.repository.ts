import { Injectable } from '@nestjs/common';
import type { Extents } from '../../batch/extents';
import type { Region } from '../../batch/staging/region';
import { DatabaseService, type Transaction } from '../../database/database.service';
import { type IngestionKey, keyValues } from '../../database/ingestion-key';
import { PieceRepository } from '../../database/piece.repository';
import type { Account } from '../account';
import { MissingBytesError, type UnreadableReason } from './unreadable-ingestion.error';

/** An ingestion whose bytes are kept, with all that reading them again depends on. */
export interface ReadableIngestion extends IngestionKey {
  readonly ingestionSeq: string;
  readonly status: string;
  readonly contentType: string;
  readonly keptEncoding: string;
  readonly bodyBytes: number;
  readonly pieceCount: number;
  /** The `automation-aggregation` header; null without one. */
  readonly aggregation: string | null;
  /** The zone that its dates without an offset are read in. */
  readonly timeZone: string;
  /** When its samples lie; null when that is not known. */
  readonly extents: Extents | null;
}

interface ReadableRow {
  readonly id: string;
  readonly received_at: Date;
  readonly ingestion_seq: string;
  readonly status: string;
  readonly content_type: string;
  readonly kept_encoding: string;
  readonly body_bytes: string;
  readonly piece_count: number;
  readonly automation_aggregation: string | null;
  readonly time_zone: string;
  readonly extents: Extents | null;
}

const selectSql = `
SELECT i.id, i.received_at, i.ingestion_seq, i.status, i.content_type, i.kept_encoding, i.body_bytes, i.piece_count,
       i.automation_aggregation, coalesce(i.time_zone, u.time_zone) AS time_zone, i.extents
  FROM raw_ingestions i JOIN users u ON u.id = i.user_id
 WHERE i.user_id = $1`;

const findSql = `${selectSql} AND i.id = ANY ($2::uuid[]) AND i.received_at BETWEEN $3 AND $4 AND i.status <> 'receiving'
 ORDER BY i.ingestion_seq`;

const findOverlappingSql = `${selectSql} AND (i.id = ANY ($2::uuid[]) AND i.status <> 'receiving' OR i.status = 'stored' AND (
   i.extents IS NULL OR EXISTS (
     SELECT FROM unnest($3::text[], $4::float8[], $5::float8[]) AS r(family, from_ms, until_ms),
                 jsonb_array_elements(i.extents->r.family) AS e
      WHERE (e->>0)::float8 < r.until_ms AND (e->>1)::float8 > r.from_ms)))
 ORDER BY i.ingestion_seq`;

const ofIngestion = 'WHERE user_id = $1 AND received_at = $2::timestamptz AND id = $3';

const settleSql = `
UPDATE raw_ingestions
   SET status = 'stored', account = $4, extents = $5, processing_ms = $6, error_code = NULL,
       error_detail = NULL, attempts = 0,
       finished_at = clock_timestamp()
 ${ofIngestion}`;

// What is parked can have samples too: of an import that was given up halfway.
const noteUnreadableSql = `
UPDATE raw_ingestions
   SET status = CASE status WHEN 'stored' THEN 'stored' ELSE 'parked' END, error_code = $4,
       error_detail = CASE WHEN status = 'stored' OR coalesce(extents, '{}') <> '{}'
         THEN 'It could not be read again. ' || $5 || ' What was written of it before stays as it was.'
         ELSE $5 END,
       finished_at = clock_timestamp()
 ${ofIngestion}`;

const setExtentsSql = `UPDATE raw_ingestions SET extents = $4 ${ofIngestion} AND extents IS NOT NULL`;

function toReadable(userId: string, row: ReadableRow): ReadableIngestion {
  return {
    userId,
    id: row.id,
    receivedAtMs: row.received_at.getTime(),
    ingestionSeq: row.ingestion_seq,
    status: row.status,
    contentType: row.content_type,
    keptEncoding: row.kept_encoding,
    bodyBytes: Number(row.body_bytes),
    pieceCount: row.piece_count,
    aggregation: row.automation_aggregation,
    timeZone: row.time_zone,
    extents: row.extents,
  };
}

/** What became of an ingestion that was written again. */
export interface SettledIngestion {
  readonly ingestion: ReadableIngestion;
  readonly account: Account;
  readonly extents: Extents;
  readonly processingMs: number;
}

/** Finds ingestions that can be read again, and keeps what became of them. All lists are in the order of arrival. */
@Injectable()
export class ReadableIngestionRepository {
  constructor(
    private readonly database: DatabaseService,
    private readonly pieces: PieceRepository,
  ) {}

  /** Those of the given ones that have arrived whole; `receivedAtMs` are their times, in any order. */
  async find(userId: string, ids: readonly string[], receivedAtMs: readonly number[]): Promise<ReadableIngestion[]> {
    const [first, last] = [Math.min(...receivedAtMs), Math.max(...receivedAtMs)];
    const rows = await this.database.inReadOnlyTransaction([userId], (tx) =>
      tx.query<ReadableRow>(findSql, [userId, ids, new Date(first), new Date(last)]),
    );
    return rows.map((row) => toReadable(userId, row));
  }

  /** The given ones, and all others that are stored and have, or may have, samples in a region. */
  async findOverlapping(
    tx: Transaction,
    userId: string,
    region: Region,
    ids: readonly string[],
  ): Promise<ReadableIngestion[]> {
    const ranges = [...region];
    const rows = await tx.query<ReadableRow>(findOverlappingSql, [
      userId,
      ids,
      ranges.map(([{ name }]) => name),
      ranges.map(([, [fromMs]]) => fromMs),
      ranges.map(([, [, untilMs]]) => untilMs),
    ]);
    return rows.map((row) => toReadable(userId, row));
  }

  /** The bytes of an ingestion as they are kept, piece by piece. Errors: rejects when they are not there. */
  async *bytes(ingestion: ReadableIngestion): AsyncGenerator<Buffer> {
    const { pieceCount } = ingestion;
    const [row] = await this.database.inReadOnlyTransaction([ingestion.userId], (tx) =>
      tx.query<{ body: Buffer | null }>(`SELECT body FROM raw_ingestions ${ofIngestion}`, keyValues(ingestion)),
    );
    const body = row?.body ?? null;
    if (body === null && pieceCount === 0) throw new MissingBytesError();
    yield* this.pieces.read(ingestion, { body, pieceCount });
  }

  /** Writes the new account and extents of an ingestion; it is stored from then on. */
  async settle(tx: Transaction, { ingestion, account, extents, processingMs }: SettledIngestion): Promise<void> {
    const values = [JSON.stringify(account), JSON.stringify(extents), processingMs];
    await tx.query(settleSql, [...keyValues(ingestion), ...values]);
  }

  /**
   * Notes why an ingestion could not be read again; what it has written stays, and so does the word for it. Its detail is
   * that of the fault; where something is written, it says besides that this stays.
   */
  async noteUnreadable(tx: Transaction, key: IngestionKey, { code, detail }: UnreadableReason): Promise<void> {
    await tx.query(noteUnreadableSql, [...keyValues(key), code, detail]);
  }

  /** Notes that an ingestion now has samples at other times too. */
  async setExtents(tx: Transaction, ingestion: ReadableIngestion, extents: Extents): Promise<void> {
    await tx.query(setExtentsSql, [...keyValues(ingestion), JSON.stringify(extents)]);
  }
}
