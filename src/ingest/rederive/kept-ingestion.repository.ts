import { Injectable } from '@nestjs/common';
import type { Extents } from '../../batch/extents';
import type { Region } from '../../batch/staging/region';
import { DatabaseService, type Transaction } from '../../database/database.service';
import type { Account } from '../account';
import type { KeptEncoding } from '../store/kept-bytes';
import { MissingBytesError } from './unreadable-ingestion.error';

/** An ingestion whose bytes are kept, with all that reading them again depends on. */
export interface KeptIngestion {
  readonly userId: string;
  readonly id: string;
  readonly receivedAtMs: number;
  readonly ingestionSeq: string;
  readonly status: string;
  readonly keptEncoding: KeptEncoding;
  readonly bodyBytes: number;
  readonly pieceCount: number;
  /** The `automation-aggregation` header; null without one. */
  readonly aggregation: string | null;
  /** The zone that its dates without an offset are read in. */
  readonly timeZone: string;
  /** When its samples lie; null when that is not known. */
  readonly extents: Extents | null;
}

interface KeptRow {
  readonly id: string;
  readonly received_at: Date;
  readonly ingestion_seq: string;
  readonly status: string;
  readonly kept_encoding: KeptEncoding;
  readonly body_bytes: string;
  readonly piece_count: number;
  readonly automation_aggregation: string | null;
  readonly time_zone: string;
  readonly extents: Extents | null;
}

const selectSql = `
SELECT i.id, i.received_at, i.ingestion_seq, i.status, i.kept_encoding, i.body_bytes, i.piece_count,
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

const ofIngestion = 'WHERE user_id = $1 AND received_at = $2 AND id = $3';

const settleSql = `
UPDATE raw_ingestions
   SET status = 'stored', account = $4, extents = $5, processing_ms = $6, error_code = NULL,
       finished_at = clock_timestamp()
 ${ofIngestion}`;

const setExtentsSql = `UPDATE raw_ingestions SET extents = $4 ${ofIngestion} AND extents IS NOT NULL`;

function keyOf({ userId, receivedAtMs, id }: KeptIngestion): [string, Date, string] {
  return [userId, new Date(receivedAtMs), id];
}

function toKept(userId: string, row: KeptRow): KeptIngestion {
  return {
    userId,
    id: row.id,
    receivedAtMs: row.received_at.getTime(),
    ingestionSeq: row.ingestion_seq,
    status: row.status,
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
  readonly ingestion: KeptIngestion;
  readonly account: Account;
  readonly extents: Extents;
  readonly processingMs: number;
}

/** Finds ingestions that can be read again, and keeps what became of them. All lists are in the order of arrival. */
@Injectable()
export class KeptIngestionRepository {
  constructor(private readonly database: DatabaseService) {}

  /** Those of the given ones that have arrived whole; `receivedAtMs` are their times, in any order. */
  async find(userId: string, ids: readonly string[], receivedAtMs: readonly number[]): Promise<KeptIngestion[]> {
    const [first, last] = [Math.min(...receivedAtMs), Math.max(...receivedAtMs)];
    const rows = await this.database.inReadOnlyTransaction([userId], (tx) =>
      tx.query<KeptRow>(findSql, [userId, ids, new Date(first), new Date(last)]),
    );
    return rows.map((row) => toKept(userId, row));
  }

  /** The given ones, and all others that are stored and have, or may have, samples in a region. */
  async findOverlapping(
    tx: Transaction,
    userId: string,
    region: Region,
    ids: readonly string[],
  ): Promise<KeptIngestion[]> {
    const ranges = [...region];
    const rows = await tx.query<KeptRow>(findOverlappingSql, [
      userId,
      ids,
      ranges.map(([{ name }]) => name),
      ranges.map(([, [fromMs]]) => fromMs),
      ranges.map(([, [, untilMs]]) => untilMs),
    ]);
    return rows.map((row) => toKept(userId, row));
  }

  /** The bytes of an ingestion as they are kept, piece by piece. Errors: rejects when they are not there. */
  async *bytes(ingestion: KeptIngestion): AsyncGenerator<Buffer> {
    const { userId, pieceCount } = ingestion;
    const read = async (sql: string, ...values: unknown[]): Promise<Buffer> => {
      const [row] = await this.database.inReadOnlyTransaction([userId], (tx) =>
        tx.query<{ bytes: Buffer | null }>(sql, [...keyOf(ingestion), ...values]),
      );
      if (row === undefined || row.bytes === null) throw new MissingBytesError();
      return row.bytes;
    };
    if (pieceCount === 0) yield await read(`SELECT body AS bytes FROM raw_ingestions ${ofIngestion}`);
    const ofPiece = 'WHERE user_id = $1 AND received_at = $2 AND ingestion_id = $3 AND piece = $4';
    for (let piece = 0; piece < pieceCount; piece++) {
      yield await read(`SELECT bytes FROM raw_ingestion_pieces ${ofPiece}`, piece);
    }
  }

  /** Writes the new account and extents of an ingestion; it is stored from then on. */
  async settle(tx: Transaction, { ingestion, account, extents, processingMs }: SettledIngestion): Promise<void> {
    const values = [JSON.stringify(account), JSON.stringify(extents), processingMs];
    await tx.query(settleSql, [...keyOf(ingestion), ...values]);
  }

  /** Notes that an ingestion now has samples at other times too. */
  async setExtents(tx: Transaction, ingestion: KeptIngestion, extents: Extents): Promise<void> {
    await tx.query(setExtentsSql, [...keyOf(ingestion), JSON.stringify(extents)]);
  }
}
