import { advise } from '../advice';
import { numberText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** Sessions that hold a transaction, with its locks, and do nothing. */
export const idleInTransactionRule: Rule = {
  kind: 'idle_in_transaction',
  find({ sessions }) {
    return sessions
      .filter(
        ({ state, stateS }) => state.startsWith('idle in transaction') && stateS >= thresholds.idleInTransactionS.value,
      )
      .map(({ pid, application, stateS, transactionS }) =>
        advise({
          kind: 'idle_in_transaction',
          subject: `${pid}`,
          severity: 'warning',
          title: `A session has been idle in its transaction for ${numberText(stateS)} s`,
          seen: [`Session ${pid} of "${application}"; its transaction began ${numberText(transactionS)} s ago.`],
          likelyGain: 'Its locks are free, and vacuum can remove what died since.',
          cost: 'Its transaction is rolled back.',
          apply: { sql: [`SELECT pg_terminate_backend(${pid})`] },
          undo: null,
        }),
      );
  },
};
