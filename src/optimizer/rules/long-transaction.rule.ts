import { advise } from '../advice';
import { numberText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** Statements or transactions at work for so long that they keep vacuum from what died since. */
export const longTransactionRule: Rule = {
  kind: 'long_transaction',
  find({ sessions }) {
    return sessions
      .filter(({ state, transactionS }) => state === 'active' && transactionS >= thresholds.longTransactionS.value)
      .map(({ pid, application, transactionS }) =>
        advise({
          kind: 'long_transaction',
          subject: `${pid}`,
          severity: 'warning',
          title: `A transaction has run for ${numberText(transactionS)} s`,
          seen: [`Session ${pid} of "${application}".`],
          likelyGain: 'Vacuum can remove what died since.',
          cost: 'Its statement is given up.',
          apply: { sql: [`SELECT pg_cancel_backend(${pid})`] },
          undo: null,
        }),
      );
  },
};
