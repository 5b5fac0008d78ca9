import { isUuid } from '../common/uuid';

/** A transaction that writes. */
export const readWrite = 'READ WRITE';

/** A transaction that reads, all of it from one snapshot. */
export const readOnly = 'ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** How a transaction begins. */
export interface Opening {
  readonly mode: string;
  /**
   * Whether the first statement is sent before it is known that the transaction has begun. Were it not to begin, row-level
   * security finds no user set and lets the statement touch no rows; so not where it may be about other tables.
   */
  readonly isSentAhead: boolean;
  /** What comes after BEGIN, in the same message. */
  readonly sql: string;
}

function listOf(userIds: readonly string[]): string {
  // They are composed into SQL that takes no parameters.
  if (!userIds.every(isUuid)) throw new Error('a user id is not a UUID');
  return `'{${userIds.join(',')}}'`;
}

/** Begins a transaction for these users: they are set as `app.user_ids`, which row-level security reads. */
export function opening(mode: string, userIds: readonly string[], isSentAhead: boolean, more = ''): Opening {
  return { mode, isSentAhead, sql: `SET TRANSACTION ${mode}; SET LOCAL app.user_ids = ${listOf(userIds)}${more}` };
}

/** Takes the advisory lock of each of these users until the end of the transaction, in the one order for all writers. */
export function locking(userIds: readonly string[]): string {
  return `SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended(id, 0) AS key FROM unnest(${listOf(userIds)}::text[]) AS id ORDER BY 1) AS sorted`;
}
