import type { PoolClient, QueryResultRow } from 'pg';
import { Problem } from '../common/problem';
import { isAnswerMissing, isUnavailable } from './sqlstate';

/** A statement that is prepared under its name, which stands for one text. */
export interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Statements that are sent together with the commit, without waiting for their answers. */
export interface LastStatements<T> {
  readonly statements: readonly NamedStatement[];
  /** Called when all is committed, with the rows of each statement; what comes of the transaction. */
  read(rows: readonly QueryResultRow[][]): T;
}

/** No statement is left: this comes of the transaction. */
export function nothingMore<T>(result: T): LastStatements<T> {
  return { statements: [], read: () => result };
}

/** The connection was lost while the commit was under way: nobody can tell from here whether it came through. */
function throwUnknownOutcome(cause: unknown): never {
  if (!isUnavailable(cause)) throw cause;
  const detail = 'The answer of the database was lost, so this may have been stored. Send it again: that is harmless.';
  throw new Problem(503, 'outcome_unknown', detail, { retryAfterS: 5, cause });
}

/**
 * Sends the last statements and the commit in one go.
 *
 * Errors: rejects as the first statement that failed, after which PostgreSQL does not commit; with a 503 problem when the
 * answer was lost.
 */
export async function commitWith<T>(client: PoolClient, { statements, read }: LastStatements<T>): Promise<T> {
  const asked = statements.map(({ values, ...statement }) => client.query({ ...statement, values: [...values] }));
  const commit = client.query('COMMIT');
  const [[committed], answers] = await Promise.all([Promise.allSettled([commit]), Promise.allSettled(asked)]);
  const rows: QueryResultRow[][] = [];
  let failure: unknown;
  for (const answer of answers) {
    if (answer.status === 'fulfilled') rows.push(answer.value.rows);
    else failure ??= answer.reason;
  }
  if (committed.status === 'rejected') {
    throwUnknownOutcome(isAnswerMissing(failure) ? failure : committed.reason);
  }
  // After a failed statement, whoever caught its error, PostgreSQL answers COMMIT with a rollback and no error: only the
  // answer tells.
  if (committed.value.command !== 'COMMIT') {
    throw failure ?? new Error('the transaction was given up: a statement in it failed');
  }
  return read(rows);
}
