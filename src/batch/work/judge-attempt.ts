import { loggableError } from '../../common/loggable-error';
import { Problem } from '../../common/problem';
import { isPartitionMissing, isUnavailable, isWaitTooLong } from '../../database/sqlstate';

/** Attempts without coming any further, after which work is given up. */
export const maxAttempts = 8;

/** The pause after the first failed attempt, in ms; each further one doubles it: 4 minutes in all before giving up. */
const firstPauseMs = 2000;

/** The longest pause, in ms. */
const maxPauseMs = 600_000;

/** What is to be done with work after an attempt that failed. */
export type AttemptVerdict =
  | { readonly kind: 'park'; readonly code: string; readonly detail: string }
  | { readonly kind: 'postpone'; readonly delayMs: number; readonly counted: boolean };

/** The pause after so many failed attempts: doubled each time, and random in its upper half, so that a crowd spreads. */
export function pauseMs(attempts: number, random = Math.random()): number {
  const fullMs = Math.min(firstPauseMs * 2 ** (attempts - 1), maxPauseMs);
  return Math.round(fullMs * (0.5 + random / 2));
}

/** The database, or the memory for it, is not there now: nobody's fault, and the work's last of all. */
function isNotTheWorks(error: unknown): boolean {
  if (error instanceof Problem) return error.status === 503;
  return isUnavailable(error) && !isWaitTooLong(error) && !isPartitionMissing(error);
}

/** What failed, in words of ours alone: the error's own may quote what a person sent. */
function nameOf(error: unknown): string {
  if (error instanceof Problem) return error.code;
  const { type, code } = loggableError(error);
  return code ?? type;
}

/** Work that was begun so often without an end, whatever became of those who did: their processes may have died of it. */
export function exhausted(attempts: number): AttemptVerdict {
  const detail = `Given up after ${attempts} attempts that did not come to an end. The bytes are kept.`;
  return { kind: 'park', code: 'processing_interrupted', detail };
}

/**
 * Judges what attempt number `attempts` failed with.
 *
 * What is refused (4xx) would be refused again: parked at once, with the code that its sender would have been answered.
 * A database that cannot be reached does not count. Anything else is tried again, {@link maxAttempts} times in all.
 */
export function judgeAttempt(error: unknown, attempts: number): AttemptVerdict {
  if (error instanceof Problem && error.status < 500) return { kind: 'park', code: error.code, detail: error.detail };
  if (isNotTheWorks(error)) return { kind: 'postpone', delayMs: pauseMs(1), counted: false };
  if (attempts < maxAttempts) return { kind: 'postpone', delayMs: pauseMs(attempts), counted: true };
  const detail = `Given up after ${attempts} attempts; the last one failed with ${nameOf(error)}. The bytes are kept.`;
  return { kind: 'park', code: 'processing_failed', detail };
}
