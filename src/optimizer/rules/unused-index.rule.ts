import { advise } from '../advice';
import type { IndexFacts, TableFacts } from '../evidence/evidence';
import { byRoot } from '../evidence/read-tables';
import { bytesText, numberText, sumOf } from '../figures-text';
import { dropIndexStatement, indexBytesOf, restoreIndexStatements } from '../index-statements';
import { ownIndexes } from '../own-indexes';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';
import { groupsOf, type IndexGroup } from './index-group';

function isUnused({ root, bytes, scans }: IndexGroup, reads: number): boolean {
  const { unusedScans, unusedBytes, unusedTableReads, unusedTransactions } = thresholds;
  return (
    !root.isUnique &&
    !root.isBound &&
    root.isValid &&
    !root.isBeingBuilt &&
    !ownIndexes.has(root.name) &&
    scans <= unusedScans.value &&
    bytes >= unusedBytes.value &&
    root.ageTransactions >= unusedTransactions.value &&
    reads - scans >= unusedTableReads.value
  );
}

function readsOf(parts: readonly TableFacts[]): number {
  return sumOf(parts.map(({ scans, indexScans }) => scans + indexScans));
}

/** Whether another one does the same: then it is a duplicate, and told as such. */
function isCovered(index: IndexFacts, all: readonly IndexGroup[]): boolean {
  return all.some(
    ({ root }) =>
      root !== index &&
      root.rootTable === index.rootTable &&
      root.likeness === index.likeness &&
      index.keys.every((key, i) => root.keys[i] === key),
  );
}

/** Indexes that cost writes and space and that no query uses; a partitioned one is judged with all its parts. */
export const unusedIndexRule: Rule = {
  kind: 'unused_index',
  find({ indexes, tables }) {
    const parts = byRoot(tables);
    const groups = groupsOf(indexes);
    return groups
      .filter((group) => isUnused(group, readsOf(parts.get(group.root.rootTable) ?? [])))
      .filter(({ root }) => !isCovered(root, groups))
      .map(({ root, bytes, scans }) =>
        advise({
          kind: 'unused_index',
          subject: root.name,
          severity: 'info',
          title: `The index ${root.name} is not used`,
          seen: [
            `${numberText(scans)} scans, while ${root.rootTable} was read ${numberText(readsOf(parts.get(root.rootTable) ?? []))} times.`,
            `It takes ${bytesText(bytes)}.`,
          ],
          likelyGain: `${bytesText(bytes)}, and the time that each insert spends on it.`,
          cost: 'A query that comes once a month may need it: see that the figures cover one.',
          apply: { sql: [dropIndexStatement(root)] },
          undo: { sql: restoreIndexStatements(root, parts.get(root.rootTable) ?? []) },
          isAutomatic: true,
          measures: [indexBytesOf(root.rootTable)],
        }),
      );
  },
};
