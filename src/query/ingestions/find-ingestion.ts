import type { JsonObject } from '../../catalogue/json';
import { uuidV7TimeMs } from '../../common/uuid';
import type { Transaction } from '../../database/database.service';
import { notFound } from '../request/thing-id.pipe';
import { type IngestionColumns, type IngestionSummary, summaryColumns, toSummary } from './ingestion-table';
import { type OpenWork, openWorkColumn, toWorkAnswer, type WorkAnswer } from './work-progress';

/** An ingestion with its whole account; `metrics` and `rejections` are empty until it was processed. */
export interface IngestionAnswer extends IngestionSummary, WorkAnswer {
  /** Received, stored, updated, unchanged and rejected samples, by metric. */
  readonly metrics: JsonObject;
  /** The first rejected samples: where each stands in the body, its metric, the reason. */
  readonly rejections: readonly JsonObject[];
  readonly contentType: string;
  /** Of the body, as hexadecimal text. */
  readonly sha256: string;
}

interface IngestionRow extends IngestionColumns {
  readonly metrics: JsonObject | null;
  readonly rejections: JsonObject[] | null;
  readonly content_type: string;
  readonly sha256: Buffer;
  readonly attempts: number;
  readonly work: OpenWork | null;
}

// The id tells the time of receipt, and that time the one partition that the row is in.
const findIngestionSql = `
SELECT id, ${summaryColumns.join(', ')},
       account->'metrics' AS metrics, account->'rejections' AS rejections, content_type, sha256, attempts,
       ${openWorkColumn}
  FROM raw_ingestions
 WHERE user_id = $1 AND received_at = $2::timestamptz AND id = $3`;

/** When the ingestion of an id was received. Errors: throws Problem 404 `not_found` for an id that is no ingestion's. */
export function receivedAtOf(id: string): Date {
  const receivedAtMs = uuidV7TimeMs(id);
  const receivedAt = new Date(receivedAtMs ?? Number.NaN);
  // The 48 bits of an id reach the year 10889, which the driver and the database spell in different ways.
  if (!(receivedAt.getTime() < Date.UTC(10_000, 0))) throw notFound();
  return receivedAt;
}

/** One ingestion of a user with its account, in one statement. Errors: rejects with Problem 404 `not_found`. */
export async function findIngestion(tx: Transaction, userId: string, id: string): Promise<IngestionAnswer> {
  const receivedAt = receivedAtOf(id).toISOString();
  const [row] = await tx.query<IngestionRow>(findIngestionSql, [userId, receivedAt, id]);
  if (row === undefined) throw notFound();
  return {
    ...toSummary(receivedAt, row),
    ...toWorkAnswer(row.work, row.attempts, Number(row.body_bytes)),
    metrics: row.metrics ?? {},
    rejections: row.rejections ?? [],
    contentType: row.content_type,
    sha256: row.sha256.toString('hex'),
  };
}
