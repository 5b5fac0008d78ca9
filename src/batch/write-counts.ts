/** What became of the rows of one account line; the three add up to the rows given. */
export interface WriteCounts {
  stored: number;
  updated: number;
  unchanged: number;
}

/** Counts by account line: the value of the family's `accountBy` column, or null for the whole family. */
export type CountsByLine = Map<string | number | null, WriteCounts>;

/** The counts of a line, made when first asked for. */
export function countsOf(counts: CountsByLine, line: string | number | null): WriteCounts {
  let entry = counts.get(line);
  if (entry === undefined) {
    entry = { stored: 0, updated: 0, unchanged: 0 };
    counts.set(line, entry);
  }
  return entry;
}
