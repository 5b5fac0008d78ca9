import type { IndexFacts } from '../evidence/evidence';

/** An index with its parts: one for queries and for people, many for the disk. */
export interface IndexGroup {
  readonly root: IndexFacts;
  readonly bytes: number;
  readonly scans: number;
}

/** Indexes with their parts, in the order of their names. */
export function groupsOf(indexes: readonly IndexFacts[]): IndexGroup[] {
  const groups = new Map<string, { root: IndexFacts | undefined; bytes: number; scans: number }>();
  for (const index of indexes) {
    const group = groups.get(index.root) ?? { root: undefined, bytes: 0, scans: 0 };
    groups.set(index.root, group);
    if (index.name === index.root) group.root = index;
    group.bytes += index.bytes;
    group.scans += index.scans;
  }
  return [...groups.values()].flatMap(({ root, ...sums }) => (root === undefined ? [] : [{ root, ...sums }]));
}
