import type { Account } from '../../ingest/account';
import { formatTable } from '../format-table';

/** How an import ended. */
export interface ImportOutcome {
  readonly ingestionId: string;
  readonly status: 'stored' | 'parked';
  /** Null when it was parked. */
  readonly account: Account | null;
  readonly errorCode: string | null;
  readonly errorDetail: string | null;
  /** From the first byte read to the last sample committed. */
  readonly elapsedMs: number;
}

/** The rejections that are shown one by one. */
const maxShown = 10;

/** What became of an import that is stored, for people: the account line by line, and the first of what was kept out. */
export function describeImport({ ingestionId, elapsedMs }: ImportOutcome, account: Account): string {
  const row = (name: string, counts: Account['metrics'][string]) => {
    const { received, stored, updated, unchanged, rejected } = counts;
    return [name, received, stored, updated, unchanged, rejected];
  };
  const lines = Object.entries(account.metrics).map(([name, counts]) => row(name, counts));
  const head = ['', 'RECEIVED', 'STORED', 'UPDATED', 'UNCHANGED', 'REJECTED'];
  const table = formatTable(head, [...lines, row('all', account)]);
  const kept = account.rejections
    .slice(0, maxShown)
    .map(({ path, metric, reason }) => `  ${path}  ${metric}  ${reason}`);
  const perS = Math.round(account.received / (elapsedMs / 1_000));
  return [
    table,
    ...(kept.length === 0 ? [] : [`Kept out, the first ${kept.length} of ${account.rejected}:`, ...kept]),
    `Ingestion ${ingestionId}: ${account.received} records in ${(elapsedMs / 1_000).toFixed(1)} s, ${perS} records/s.`,
  ].join('\n');
}
