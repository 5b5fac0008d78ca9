import { createHash } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { uuidV7 } from '../../../src/common/uuid';
import { insertPlainRow } from './insert-row';
import type { OpenQuery, Person } from './open-query';

/** What the times of a test's ingestions are counted from. */
export const nowMs = Date.now();

/** What a client sent, and how it is kept. */
export interface Kept {
  readonly body: Buffer;
  readonly sentEncoding?: string;
  readonly keptEncoding?: string;
  /** Cuts what is kept into pieces of this size; without it, it is in the row. */
  readonly pieceBytes?: number;
  readonly status?: string;
  readonly contentType?: string;
  readonly account?: object;
  readonly agoMs?: number;
}

/** How a client, or the service, compresses. */
export const encoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  identity: (bytes) => bytes,
  br: (bytes) => brotliCompressSync(bytes),
  gzip: (bytes) => gzipSync(bytes, { level: 1 }),
};

/** Inserts an ingestion and returns its id. */
export async function keepBody(query: OpenQuery, person: Person, kept: Kept): Promise<string> {
  const { body, sentEncoding = 'identity', keptEncoding = 'identity', pieceBytes, agoMs = 0 } = kept;
  const id = uuidV7(nowMs - agoMs);
  const receivedAt = new Date(nowMs - agoMs);
  const bytes = encoders[keptEncoding]?.(body) as Buffer;
  const pieces: Buffer[] = [];
  if (pieceBytes !== undefined) {
    for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  }
  await insertPlainRow(query, 'raw_ingestions', person, {
    received_at: receivedAt,
    id,
    status: kept.status ?? 'stored',
    content_type: kept.contentType ?? 'application/json',
    sent_encoding: sentEncoding,
    kept_encoding: keptEncoding,
    sent_bytes: sentEncoding === 'identity' ? body.length : bytes.length,
    body_bytes: body.length,
    sha256: createHash('sha256').update(body).digest(),
    body: pieces.length > 0 ? null : bytes,
    piece_count: pieces.length,
    automation_name: 'Täglich',
    automation_aggregation: 'Days',
    session_id: 'S',
    account: kept.account ?? null,
    processing_ms: kept.account === undefined ? null : 12.5,
    finished_at: kept.account === undefined ? null : receivedAt,
  });
  for (const [piece, part] of pieces.entries()) {
    await insertPlainRow(query, 'raw_ingestion_pieces', person, {
      received_at: receivedAt,
      ingestion_id: id,
      piece,
      bytes: part,
    });
  }
  return id;
}
