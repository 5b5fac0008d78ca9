import { advise } from '../advice';
import type { Rule } from '../rule';

/** Constraints that hold for new rows and were never checked for old ones. */
export const invalidConstraintRule: Rule = {
  kind: 'invalid_constraint',
  find({ server }) {
    return (server?.invalidConstraints ?? []).map(({ name, table }) =>
      advise({
        kind: 'invalid_constraint',
        subject: `${table}.${name}`,
        severity: 'info',
        title: `The constraint ${name} of ${table} was never checked`,
        seen: ['It is NOT VALID: rows from before it was added may break it.'],
        likelyGain: 'It can be relied on, by the planner too.',
        cost: 'Reading the table once.',
        apply: { sql: [`ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`] },
        undo: null,
        isAutomatic: true,
      }),
    );
  },
};
