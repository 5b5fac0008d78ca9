import { advise } from '../advice';
import { bytesText, numberText, shareText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** Too many pages come from outside of PostgreSQL's own buffers, which the database has outgrown. */
export const hitRatioRule: Rule = {
  kind: 'low_hit_ratio',
  find({ server }) {
    if (server === null) return [];
    const blocks = server.blocksHit + server.blocksRead;
    const ratio = server.blocksHit / Math.max(1, blocks);
    const bufferBytes = Number(server.settings.get('shared_buffers') ?? 0) * 8192;
    if (blocks < thresholds.hitBlocks.value || ratio >= thresholds.hitRatio.value) return [];
    // A database that fits has read each page once, and that is behind it.
    if (server.databaseBytes <= bufferBytes) return [];
    return [
      advise({
        kind: 'low_hit_ratio',
        subject: 'database',
        severity: 'info',
        title: `Only ${shareText(ratio)} of the pages are found in PostgreSQL's buffers`,
        seen: [
          `${numberText(server.blocksRead)} of ${numberText(blocks)} pages were read from outside.`,
          `The database has ${bytesText(server.databaseBytes)}, the buffers ${bytesText(bufferBytes)}.`,
        ],
        likelyGain: 'Reads that do not wait for the disk.',
        cost: 'Memory, and a restart of PostgreSQL.',
        apply: { note: 'Raise shared_buffers, to a quarter of the memory at most, or find what reads so much.' },
        undo: { note: 'Set shared_buffers back and restart.' },
      }),
    ];
  },
};
