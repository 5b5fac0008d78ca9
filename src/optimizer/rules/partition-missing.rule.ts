import { advise } from '../advice';
import type { Rule } from '../rule';

/** Tables that will refuse what is written next month. */
export const partitionMissingRule: Rule = {
  kind: 'partition_missing',
  find({ partitions }) {
    return (partitions?.lackNextMonth ?? []).map((table) =>
      advise({
        kind: 'partition_missing',
        subject: table,
        severity: 'critical',
        title: `${table} has no partition for the next month`,
        seen: ['The daily upkeep has not made it; see the log for why.'],
        likelyGain: 'Samples of the next month are stored.',
        cost: 'None.',
        apply: { note: 'npm run cli -- migrate' },
        undo: null,
      }),
    );
  },
};
