/** Everything that advice can be about; the label values of the metric, so the list is closed. */
export const adviceKinds = [
  'statement_statistics_missing',
  'slow_statement',
  'slower_statement',
  'missing_index',
  'sequential_scans',
  'unused_index',
  'duplicate_index',
  'invalid_index',
  'bloated_index',
  'dead_rows',
  'stale_statistics',
  'low_hit_ratio',
  'long_transaction',
  'idle_in_transaction',
  'lock_wait',
  'wraparound',
  'sequence_near_end',
  'setting',
  'autovacuum_off',
  'brin_not_summarised',
  'invalid_constraint',
  'connections_near_limit',
  'replication_slot_behind',
  'partition_missing',
  'rows_outside_months',
  'pool_size',
  'chunk_size',
  'memory_limit',
  'repeated_statement',
  'cache_lifetime',
] as const;

/** What advice is about. */
export type AdviceKind = (typeof adviceKinds)[number];

/** `critical`: data or the service is at risk; `warning`: it costs time or space now; `info`: it will one day. */
export type Severity = 'info' | 'warning' | 'critical';

/** What is to be done: statements in this order, or a setting of the service, or what only a person can do. */
export type Remedy =
  | { readonly sql: readonly string[] }
  | { readonly setting: string; readonly value: string }
  | { readonly note: string };

/** A figure that tells whether applying helped: one statement that returns one number. */
export interface Measure {
  readonly figure: string;
  readonly unit: string;
  readonly sql: string;
}

/** One piece of advice. Nothing of it holds a health value, a key or a parameter of a statement. */
export interface Advice {
  /** The same as long as the same thing is wrong: `kind:subject`. */
  readonly id: string;
  readonly kind: AdviceKind;
  readonly severity: Severity;
  readonly title: string;
  /** What was seen, a sentence with figures each. */
  readonly seen: readonly string[];
  readonly likelyGain: string;
  readonly cost: string;
  readonly apply: Remedy;
  /** How it is taken back; null when there is nothing to take back. */
  readonly undo: Remedy | null;
  /** Whether `npm run advise -- --apply` can do it: SQL that cuts off nobody and loses nothing. */
  readonly isAutomatic: boolean;
  /** Figures to compare before and after; the statement's own time where it is about one. */
  readonly measures: readonly Measure[];
  /** Id of the statement in pg_stat_statements that it is about, for its mean time; null for none. */
  readonly statementId: string | null;
  /** Benchmark of this area, for `npm run bench`; null where none fits. */
  readonly benchmark: string | null;
}

/** What every rule says of its advice, with the rest at its usual value. */
export type AdviceParts = Omit<Advice, 'id' | 'isAutomatic' | 'measures' | 'statementId' | 'benchmark'> &
  Partial<Pick<Advice, 'isAutomatic' | 'measures' | 'statementId' | 'benchmark'>> & { readonly subject: string };

/** Puts advice together. What is not a word character in the subject becomes `-`, so that ids can be typed. */
export function advise({ subject, ...parts }: AdviceParts): Advice {
  const id = `${parts.kind}:${subject.replace(/[^\w.]+/g, '-').replace(/^-+|-+$/g, '')}`;
  return { id, isAutomatic: false, measures: [], statementId: null, benchmark: null, ...parts };
}
