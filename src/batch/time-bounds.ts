import type { MemberBatch, MemberRows } from './member-batch';

/** PostgreSQL keeps microseconds, a batch parts of milliseconds: what is compared may have been rounded. */
export const roundingMs = 1;

/**
 * The condition that rows `t` of a partitioned table lie within bounds, which are this parameter and the next. With it a
 * plan leaves out other partitions before it begins, instead of at every row.
 */
export function withinBounds(parameter: number): string {
  return `t.recorded_at BETWEEN to_timestamp($${parameter}) AND to_timestamp($${parameter + 1})`;
}

/** The two parameters for {@link withinBounds}: the first and the last instant of these rows, in s since 1970. */
export function timeBounds(members: readonly MemberBatch[], parts: readonly MemberRows[]): [number, number] {
  let lowMs = Number.POSITIVE_INFINITY;
  let highMs = Number.NEGATIVE_INFINITY;
  for (const { member, rows } of parts) {
    const { values } = (members[member] as MemberBatch).batch.numbers('recorded_at');
    for (let i = 0; i < rows.length; i++) {
      const atMs = values[rows[i] as number] as number;
      if (atMs < lowMs) lowMs = atMs;
      if (atMs > highMs) highMs = atMs;
    }
  }
  return [(lowMs - roundingMs) / 1000, (highMs + roundingMs) / 1000];
}
