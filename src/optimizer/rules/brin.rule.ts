import { advise } from '../advice';
import type { Rule } from '../rule';

/** BRIN indexes that know nothing of new pages until vacuum comes. Told for each partitioned index, not for its parts. */
export const brinRule: Rule = {
  kind: 'brin_not_summarised',
  find({ indexes }) {
    // A partitioned index only says what its new parts begin with, and cannot be altered.
    const lacking = indexes.filter(
      ({ method, isSummarising, isPartitionedRoot }) => method === 'brin' && !isSummarising && !isPartitionedRoot,
    );
    const roots = new Set(lacking.map(({ root }) => root));
    return [...roots].map((root) => {
      const names = lacking.filter((index) => index.root === root).map(({ name }) => name);
      const isPartitioned = !names.includes(root);
      return advise({
        kind: 'brin_not_summarised',
        subject: root,
        severity: 'info',
        title: `The BRIN index ${root} does not summarise new pages`,
        seen: [`autosummarize is off for ${names.length} index${names.length === 1 ? '' : 'es'}, as it is by default.`],
        likelyGain: 'Queries over new data do not read every page that was written since the last vacuum.',
        cost: `A little background work for each range of pages that fills up.${isPartitioned ? ' New partitions begin without it until the index is made anew.' : ''}`,
        apply: { sql: names.map((name) => `ALTER INDEX ${name} SET (autosummarize = on)`) },
        undo: { sql: names.map((name) => `ALTER INDEX ${name} RESET (autosummarize)`) },
        isAutomatic: true,
      });
    });
  },
};
