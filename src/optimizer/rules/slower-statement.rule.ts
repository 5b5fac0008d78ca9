import { advise } from '../advice';
import type { StatementChange } from '../evidence/evidence';
import { numberText, statementText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

function isSlower({ before, now }: StatementChange): boolean {
  const { slowerCalls, slowerFactor, slowerAddedMs } = thresholds;
  return (
    Math.min(before.calls, now.calls) >= slowerCalls.value &&
    now.meanMs >= before.meanMs * slowerFactor.value &&
    now.meanMs - before.meanMs >= slowerAddedMs.value
  );
}

/** Statements that became slower since the window before. */
export const slowerStatementRule: Rule = {
  kind: 'slower_statement',
  find({ statements }) {
    return (statements?.changes ?? []).filter(isSlower).map(({ id, text, before, now }) =>
      advise({
        kind: 'slower_statement',
        subject: id,
        severity: 'warning',
        title: `A statement takes ${numberText(now.meanMs / before.meanMs)} times as long as before`,
        seen: [
          statementText(text),
          `Now ${numberText(now.meanMs)} ms in ${numberText(now.calls)} calls; in the window before ${numberText(before.meanMs)} ms in ${numberText(before.calls)}.`,
        ],
        likelyGain: `${numberText(now.meanMs - before.meanMs)} ms of each call.`,
        cost: 'Somebody has to find what changed: its plan, the size of its tables, or what runs beside it.',
        apply: { note: 'Compare its plan with the one before; ANALYZE its tables if their rows have changed.' },
        undo: null,
        statementId: id,
      }),
    );
  },
};
