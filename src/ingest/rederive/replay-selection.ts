/** Which ingestions of a user are to be written again. */
export interface ReplaySelection {
  /** Received from this instant on; null for no bound. */
  readonly since: Date | null;
  /** Received before this instant; null for no bound. */
  readonly until: Date | null;
  /** Stages of their life; `receiving` is never among them. */
  readonly statuses: readonly ('received' | 'stored' | 'parked')[];
}

/** A page of ingestions ends here, and the next one begins after it. */
export interface ReplayPlace {
  readonly id: string;
  readonly receivedAtMs: number;
}

/** How much is selected. */
export interface ReplaySize {
  readonly ingestions: number;
  /** Of their bodies, inflated. */
  readonly bytes: number;
}

const selected = `
  FROM raw_ingestions
 WHERE user_id = $1 AND received_at >= $2::timestamptz AND received_at < $3::timestamptz AND status = ANY ($4::text[])`;

/** Counts what is selected. */
export const measureSql = `SELECT count(*)::int AS ingestions, coalesce(sum(body_bytes), 0)::float8 AS bytes ${selected}`;

/** The next page, in the order of receipt. */
export const pageSql = `
SELECT id, received_at ${selected} AND (received_at, id) > ($5::timestamptz, $6::uuid)
 ORDER BY received_at, id LIMIT $7`;

/** What of a batch is open still, and what could not be read. */
export const followSql = `
SELECT (SELECT count(*)::int FROM ingestion_work WHERE user_id = $1 AND ingestion_id = ANY ($2::uuid[])) AS open,
       (SELECT array_agg(id::text || ' (' || error_code || ')') FROM raw_ingestions
         WHERE user_id = $1 AND id = ANY ($2::uuid[]) AND received_at BETWEEN $3 AND $4
           AND error_code IS NOT NULL) AS failed`;

/** The parameters of the selection itself. */
export function selectionParameters(userId: string, { since, until, statuses }: ReplaySelection): unknown[] {
  return [userId, since?.toISOString() ?? '-infinity', until?.toISOString() ?? 'infinity', statuses];
}
