import { advise } from '../advice';
import { numberText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** Transaction ids that vacuum has not freed: at two thousand million the database stops taking writes. */
export const wraparoundRule: Rule = {
  kind: 'wraparound',
  find({ server }) {
    if (server === null) return [];
    const age = Math.max(server.transactionAge, server.multixactAge);
    if (age < thresholds.wraparoundAge.value) return [];
    return [
      advise({
        kind: 'wraparound',
        subject: server.databaseName,
        severity: 'critical',
        title: 'The database runs out of transaction ids',
        seen: [`The oldest one in use is ${numberText(age)} transactions old; at 2,000,000,000 all writing ends.`],
        likelyGain: 'The database goes on taking writes.',
        cost: 'Reading every table that was not frozen.',
        apply: { sql: ['VACUUM (FREEZE, SKIP_LOCKED)'] },
        undo: null,
        isAutomatic: true,
        measures: [
          {
            figure: 'age of the oldest transaction',
            unit: 'transactions',
            sql: 'SELECT age(datfrozenxid)::float8 FROM pg_database WHERE datname = current_database()',
          },
        ],
      }),
    ];
  },
};
