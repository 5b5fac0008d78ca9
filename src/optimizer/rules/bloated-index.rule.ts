import { advise } from '../advice';
import type { IndexFacts } from '../evidence/evidence';
import { bytesText, literal, numberText, shareText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** A page without its header and the special part of a B-tree, filled to nine tenths as a build does. */
const usablePageBytes = (8192 - 24 - 16) * 0.9;

/** Bytes of the pages that the entries would need; null where that cannot be estimated. */
function neededBytes({ entries, entryBytes }: IndexFacts): number | null {
  return entryBytes === null ? null : (Math.ceil((entries * entryBytes) / usablePageBytes) + 2) * 8192;
}

/** B-trees that are mostly empty pages; each partition's is judged alone, for that is what is rebuilt. */
export const bloatedIndexRule: Rule = {
  kind: 'bloated_index',
  find({ indexes, tables }) {
    const { bloatBytes, bloatShare, deadShareWithoutVacuum } = thresholds;
    return indexes.flatMap((index) => {
      const needed = neededBytes(index);
      const table = tables.find(({ name }) => name === index.table);
      if (needed === null || table === undefined || !index.isValid) return [];
      // Entries of dead rows are not bloat yet: vacuum comes first, and is advised.
      if (table.deadRows > table.liveRows * deadShareWithoutVacuum.value) return [];
      const wasted = index.bytes - needed;
      if (wasted < bloatBytes.value || wasted < index.bytes * bloatShare.value) return [];
      const { name, bytes, entries } = index;
      return [
        advise({
          kind: 'bloated_index',
          subject: name,
          severity: 'info',
          title: `The index ${name} is mostly empty`,
          seen: [
            `It takes ${bytesText(bytes)} for ${numberText(entries)} entries, which need about ${bytesText(needed)}: ${shareText(wasted / bytes)} is empty.`,
          ],
          likelyGain: `About ${bytesText(wasted)} of disk and cache.`,
          cost: 'One build beside the old index; while it lasts both take their space.',
          apply: { sql: [`REINDEX INDEX CONCURRENTLY ${name}`] },
          undo: null,
          isAutomatic: true,
          measures: [{ figure: name, unit: 'bytes', sql: `SELECT pg_relation_size(${literal(name)})::float8` }],
        }),
      ];
    });
  },
};
