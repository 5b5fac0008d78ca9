import { advise } from '../advice';
import { numberText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** Tables of some size that autovacuum is told to leave alone. */
export const autovacuumOffRule: Rule = {
  kind: 'autovacuum_off',
  find({ tables }) {
    return tables
      .filter(({ isAutovacuumed, liveRows }) => !isAutovacuumed && liveRows >= thresholds.staleRows.value)
      .map(({ name, liveRows, insertedRows, changedRows }) =>
        advise({
          kind: 'autovacuum_off',
          subject: name,
          severity: 'warning',
          title: `Autovacuum leaves ${name} alone`,
          seen: [
            `It has ${numberText(liveRows)} rows; ${numberText(insertedRows)} were inserted and ${numberText(changedRows)} changed.`,
          ],
          likelyGain: 'Dead rows go, plans stay right and transaction ids are freed.',
          cost: 'Some reading in the background.',
          apply: { sql: [`ALTER TABLE ${name} RESET (autovacuum_enabled)`] },
          undo: { sql: [`ALTER TABLE ${name} SET (autovacuum_enabled = off)`] },
          isAutomatic: true,
        }),
      );
  },
};
