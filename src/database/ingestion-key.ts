/** What finds an ingestion's rows: they lie in the partition of the time of receipt. */
export interface IngestionKey {
  readonly userId: string;
  readonly id: string;
  /** In ms since 1970, as in the id. */
  readonly receivedAtMs: number;
}

/** The values of `user_id`, `received_at` and the id, in this order. */
export function keyValues({ userId, receivedAtMs, id }: IngestionKey): [string, string, string] {
  return [userId, new Date(receivedAtMs).toISOString(), id];
}
