import { advise } from '../advice';
import { byRoot } from '../evidence/read-tables';
import { bytesText } from '../figures-text';
import { dropIndexStatement, indexBytesOf, restoreIndexStatements } from '../index-statements';
import { ownIndexes } from '../own-indexes';
import type { Rule } from '../rule';
import { groupsOf, type IndexGroup } from './index-group';

/** Whether `other` serves every query that `index` serves: the same keys, or these and more behind them. */
function covers({ root: other }: IndexGroup, { root: index }: IndexGroup): boolean {
  if (other === index || other.rootTable !== index.rootTable || !other.isValid) return false;
  if (other.likeness !== index.likeness || !index.keys.every((key, i) => other.keys[i] === key)) return false;
  // Of two that are the same the bound, unique or own one stays, else the one whose name comes first.
  const isSame = other.keys.length === index.keys.length;
  const isOtherKept = other.isBound || other.isUnique || ownIndexes.has(other.name) || other.name < index.name;
  return index.method === 'btree' ? !isSame || isOtherKept : isSame && isOtherKept;
}

/**
 * Indexes that another one makes needless. Which of them is used does not matter: the other one would be. One of our own
 * schema is never such: where it was made says which query it serves, and the copy is what somebody added.
 */
export const duplicateIndexRule: Rule = {
  kind: 'duplicate_index',
  find({ indexes, tables }) {
    const parts = byRoot(tables);
    const groups = groupsOf(indexes);
    const droppable = groups.filter(
      ({ root }) => !root.isUnique && !root.isBound && root.isValid && !ownIndexes.has(root.name),
    );
    return droppable.flatMap((group) => {
      const other = groups.find((candidate) => covers(candidate, group));
      if (other === undefined) return [];
      const { root, bytes } = group;
      return [
        advise({
          kind: 'duplicate_index',
          subject: root.name,
          severity: 'warning',
          title: `The index ${root.name} does what ${other.root.name} does`,
          seen: [root.definition, other.root.definition, `It takes ${bytesText(bytes)}.`],
          likelyGain: `${bytesText(bytes)}, and the time that each insert spends on it.`,
          cost: 'None: the other index serves the same queries.',
          apply: { sql: [dropIndexStatement(root)] },
          undo: { sql: restoreIndexStatements(root, parts.get(root.rootTable) ?? []) },
          isAutomatic: true,
          measures: [indexBytesOf(root.rootTable)],
        }),
      ];
    });
  },
};
