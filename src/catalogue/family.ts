/** The PostgreSQL types a family's column can have; each has one binary encoder (src/batch/encode-array.ts). */
export type ColumnType =
  | 'bool'
  | 'bytea'
  | 'date'
  | 'float8'
  | 'int2'
  | 'int4'
  | 'jsonb'
  | 'text'
  | 'timestamptz'
  | 'uuid';

/** One column of a family's table. */
export interface FamilyColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * A set of samples that share one table and one column set.
 *
 * `columns` leaves out what the writer adds to every row: `user_id`, `ingestion_seq`, `revision`.
 * `key` is the rest of the primary key after `user_id`; rows are sorted by it before they are written.
 * `accountBy` names the column whose value says on which line of the account a row counts; absent when the
 * whole family counts on one line.
 */
export interface Family {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly FamilyColumn[];
  readonly key: readonly string[];
  readonly accountBy?: string;
}

/**
 * True when a row's time is in its key: it stays at that time whatever becomes of it, so that rows are found by it. The
 * others have an id, or are told apart by more than their time.
 */
export function isTimed({ key }: Family): boolean {
  return key.includes('recorded_at');
}

/** Bits of a row's `flags` column. */
export const SampleFlag = {
  /** Outside what is usual for the metric, though not impossible. */
  odd: 1,
  /** Sent as a fraction (0.97) and stored as a percentage (97). */
  rescaled: 2,
  /** What the sample covers was inferred (rule 3 of `granularity.ts`), so that it can be another in other company. */
  inferred: 4,
} as const;
