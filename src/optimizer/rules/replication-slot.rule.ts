import { advise } from '../advice';
import { bytesText, literal } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** Replication slots that keep the log from being removed, until the disk is full. */
export const replicationSlotRule: Rule = {
  kind: 'replication_slot_behind',
  find({ server }) {
    return (server?.slotsBehind ?? [])
      .filter(({ bytes }) => bytes >= thresholds.slotBytes.value)
      .map(({ name, bytes }) =>
        advise({
          kind: 'replication_slot_behind',
          subject: name,
          severity: 'critical',
          title: `The replication slot ${name} is ${bytesText(bytes)} behind`,
          seen: ['PostgreSQL keeps this much of its log for it, and more as time goes on.'],
          likelyGain: 'The disk does not fill up.',
          cost: 'Whoever replicates through it has to begin anew.',
          apply: { sql: [`SELECT pg_drop_replication_slot(${literal(name)})`] },
          undo: null,
        }),
      );
  },
};
