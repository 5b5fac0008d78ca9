import type { WriteCounts } from '../../batch/write-counts';

/** What became of the rows of each account line. */
export type WrittenLines = ReadonlyMap<string, WriteCounts>;

/** The same for several parts of one payload together. */
export function addLines(parts: readonly WrittenLines[]): WrittenLines {
  const sums = new Map<string, WriteCounts>();
  for (const part of parts) {
    for (const [line, { stored, updated, unchanged }] of part) {
      const sum = sums.get(line) ?? { stored: 0, updated: 0, unchanged: 0 };
      sum.stored += stored;
      sum.updated += updated;
      sum.unchanged += unchanged;
      sums.set(line, sum);
    }
  }
  return sums;
}
