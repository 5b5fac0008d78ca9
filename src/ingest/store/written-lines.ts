import type { WriteCounts } from '../../batch/write-counts';

/** What became of the rows of each account line. */
export type WrittenLines = ReadonlyMap<string, WriteCounts>;

/** Adds what became of some rows to what is known of their line. */
export function addToLine(
  lines: Map<string, WriteCounts>,
  line: string,
  { stored, updated, unchanged }: WriteCounts,
): void {
  const sum = lines.get(line) ?? { stored: 0, updated: 0, unchanged: 0 };
  sum.stored += stored;
  sum.updated += updated;
  sum.unchanged += unchanged;
  lines.set(line, sum);
}

/** What became of several parts of one payload together. */
export function addLines(parts: readonly WrittenLines[]): WrittenLines {
  const sums = new Map<string, WriteCounts>();
  for (const part of parts) for (const [line, counts] of part) addToLine(sums, line, counts);
  return sums;
}
