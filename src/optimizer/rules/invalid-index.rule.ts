import { advise } from '../advice';
import { bytesText } from '../figures-text';
import { indexBytesOf } from '../index-statements';
import type { Rule } from '../rule';

/** Indexes that a build left behind: each insert keeps them up, and no query may use them. */
export const invalidIndexRule: Rule = {
  kind: 'invalid_index',
  find({ indexes }) {
    return indexes
      .filter(({ isValid, isBeingBuilt }) => !isValid && !isBeingBuilt)
      .map(({ name, rootTable, definition, bytes, isPartitionedRoot, isUnique }) =>
        advise({
          kind: 'invalid_index',
          subject: name,
          severity: 'warning',
          title: `The index ${name} is invalid`,
          seen: [
            definition,
            isPartitionedRoot ? 'Not every partition has its part of it.' : `It takes ${bytesText(bytes)}.`,
          ],
          likelyGain: 'Queries can use it, or inserts need not keep it.',
          cost: isUnique ? 'It fails again while there are duplicates; then drop it.' : 'One build.',
          apply: isPartitionedRoot
            ? { note: 'Create and ATTACH the indexes of the partitions that lack one, or drop it.' }
            : { sql: [`REINDEX INDEX CONCURRENTLY ${name}`] },
          undo: null,
          isAutomatic: !isPartitionedRoot && !isUnique,
          measures: [indexBytesOf(rootTable)],
        }),
      );
  },
};
