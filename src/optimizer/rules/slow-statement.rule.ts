import { advise } from '../advice';
import type { StatementFacts } from '../evidence/evidence';
import { numberText, shareText, statementText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** Waits in it are for the person's own payloads, one after another; see ARCHITECTURE.md. */
const isWaitByDesign = /pg_advisory_xact_lock/;

function isSlow({ text, calls, meanMs, rows, share }: StatementFacts): boolean {
  const { slowCalls, slowMeanMs, slowMsPerRow, slowShare } = thresholds;
  const rowsPerCall = Math.max(1, rows / calls);
  return (
    calls >= slowCalls.value &&
    meanMs >= slowMeanMs.value &&
    meanMs / rowsPerCall >= slowMsPerRow.value &&
    share >= slowShare.value &&
    !isWaitByDesign.test(text)
  );
}

/** Statements that are slow, often, for the rows they handle, and take a part of the time worth looking at. */
export const slowStatementRule: Rule = {
  kind: 'slow_statement',
  find({ statements }) {
    return (statements?.statements ?? []).filter(isSlow).map(({ id, text, calls, meanMs, rows, share }) =>
      advise({
        kind: 'slow_statement',
        subject: id,
        severity: 'warning',
        title: `A statement takes ${numberText(meanMs)} ms each time`,
        seen: [
          statementText(text),
          `${numberText(calls)} calls of ${numberText(meanMs)} ms and ${numberText(rows / calls)} rows.`,
          `${shareText(share)} of the time of all statements.`,
        ],
        likelyGain: `Up to ${shareText(share)} of the database's time.`,
        cost: 'Somebody has to look at its plan.',
        apply: {
          note: 'EXPLAIN (ANALYZE, BUFFERS) it with typical values; see missing_index for what an index would do.',
        },
        undo: null,
        statementId: id,
      }),
    );
  },
};
