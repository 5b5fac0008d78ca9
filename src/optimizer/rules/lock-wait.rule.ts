import { advise } from '../advice';
import type { SessionFacts } from '../evidence/evidence';
import { numberText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** The sessions at the heads of the chains that end at this one: they wait for nobody. */
function headsOf(pid: number, byPid: ReadonlyMap<number, SessionFacts>, seen = new Set<number>()): number[] {
  if (seen.has(pid)) return [];
  seen.add(pid);
  const blockers = byPid.get(pid)?.blockedBy ?? [];
  return blockers.length === 0 ? [pid] : blockers.flatMap((blocker) => headsOf(blocker, byPid, seen));
}

/** Who keeps others waiting for a lock; one advice for each head of a chain. */
export const lockWaitRule: Rule = {
  kind: 'lock_wait',
  find({ sessions }) {
    const byPid = new Map(sessions.map((session) => [session.pid, session]));
    const waiting = sessions.filter(
      ({ blockedBy, lockWaitS }) => blockedBy.length > 0 && (lockWaitS ?? 0) >= thresholds.lockWaitS.value,
    );
    const waitersOf = new Map<number, SessionFacts[]>();
    for (const session of waiting) {
      for (const head of new Set(headsOf(session.pid, byPid))) {
        waitersOf.set(head, [...(waitersOf.get(head) ?? []), session]);
      }
    }
    return [...waitersOf].map(([head, waiters]) => {
      const holder = byPid.get(head);
      const longestS = Math.max(...waiters.map(({ lockWaitS }) => lockWaitS ?? 0));
      return advise({
        kind: 'lock_wait',
        subject: `${head}`,
        severity: 'critical',
        title: `Session ${head} keeps ${waiters.length === 1 ? 'another' : `${waiters.length} others`} waiting for a lock`,
        seen: [
          holder === undefined
            ? `Session ${head} is of another database, or has just ended.`
            : `Session ${head} of "${holder.application}" is ${holder.state}, its transaction ${numberText(holder.transactionS)} s old.`,
          ...waiters.map(
            ({ pid, application, lockWaitS, blockedBy }) =>
              `Session ${pid} of "${application}" has waited ${numberText(lockWaitS ?? 0)} s for ${blockedBy.join(', ')}.`,
          ),
        ],
        likelyGain: `Whoever waits goes on; the longest has waited ${numberText(longestS)} s.`,
        cost: `What session ${head} has done in its transaction is rolled back.`,
        apply: { sql: [`SELECT pg_terminate_backend(${head})`] },
        undo: null,
      });
    });
  },
};
