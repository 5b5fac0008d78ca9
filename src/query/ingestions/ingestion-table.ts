import { isoFromUs, isoOrNull } from '../paging/instant-text';
import type { PagedTable } from '../paging/read-page';

/** The stages of an ingestion's life that can be asked for. */
export const ingestionStatuses = ['receiving', 'received', 'stored', 'parked'] as const;

/** What a list says of one ingestion. Counts and times are null until it was processed. */
export interface IngestionSummary {
  readonly id: string;
  readonly status: string;
  readonly receivedAt: string;
  readonly finishedAt: string | null;
  /** Why it was parked: a stable code, and a sentence. */
  readonly errorCode: string | null;
  readonly errorDetail: string | null;
  readonly received: number | null;
  readonly stored: number | null;
  readonly updated: number | null;
  readonly unchanged: number | null;
  readonly rejected: number | null;
  readonly processingMs: number | null;
  /** As sent, and as it is once inflated. */
  readonly bytes: { readonly sent: number; readonly body: number };
  /** What the app says about itself, as sent. */
  readonly headers: {
    readonly automationName: string | null;
    readonly automationId: string | null;
    readonly automationPeriod: string | null;
    readonly automationAggregation: string | null;
    readonly sessionId: string | null;
  };
}

/** The columns of {@link summaryColumns}, beside the key. */
export interface IngestionColumns {
  readonly id: string;
  readonly status: string;
  readonly finished_at: Date | null;
  readonly error_code: string | null;
  readonly error_detail: string | null;
  readonly received: number | null;
  readonly stored: number | null;
  readonly updated: number | null;
  readonly unchanged: number | null;
  readonly rejected: number | null;
  readonly processing_ms: number | null;
  readonly sent_bytes: string;
  readonly body_bytes: string;
  readonly automation_name: string | null;
  readonly automation_id: string | null;
  readonly automation_period: string | null;
  readonly automation_aggregation: string | null;
  readonly session_id: string | null;
}

type IngestionRow = IngestionColumns & { readonly received_us: string };

/** What a summary is made of. The account stays in the table but for its totals: its lists can be long. */
export const summaryColumns = [
  'status',
  'finished_at',
  'error_code',
  'error_detail',
  ...['received', 'stored', 'updated', 'unchanged', 'rejected'].map((name) => `(account->>'${name}')::int4 AS ${name}`),
  'processing_ms',
  'sent_bytes',
  'body_bytes',
  'automation_name',
  'automation_id',
  'automation_period',
  'automation_aggregation',
  'session_id',
] as const;

/** The summary of a row; `receivedAt` apart, because it is read in two ways. */
export function toSummary(receivedAt: string, row: IngestionColumns): IngestionSummary {
  const { id, status, received, stored, updated, unchanged, rejected } = row;
  return {
    id,
    status,
    receivedAt,
    finishedAt: isoOrNull(row.finished_at),
    errorCode: row.error_code,
    errorDetail: row.error_detail,
    ...{ received, stored, updated, unchanged, rejected },
    processingMs: row.processing_ms,
    bytes: { sent: Number(row.sent_bytes), body: Number(row.body_bytes) },
    headers: {
      automationName: row.automation_name,
      automationId: row.automation_id,
      automationPeriod: row.automation_period,
      automationAggregation: row.automation_aggregation,
      sessionId: row.session_id,
    },
  };
}

/** Ingestions by the time of their receipt. */
export const ingestionTable: PagedTable<IngestionRow, IngestionSummary> = {
  table: 'raw_ingestions',
  key: [
    { name: 'received_at', type: 'instant' },
    { name: 'id', type: 'uuid' },
  ],
  columns: summaryColumns,
  toItem: (row) => toSummary(isoFromUs(row.received_us), row),
};
