import { Problem } from '../common/problem';
import { classifyFault } from './sqlstate';

/** When a client may try again after the database could not answer, in s: longer than a restart of PostgreSQL takes. */
const retryAfterS = 5;

/** The 503 problem for a database that cannot answer now or a race that was lost too often; undefined for other errors. */
export function translateDatabaseFault(error: unknown): Problem | undefined {
  if (classifyFault(error) === 'permanent') return undefined;
  return new Problem(503, 'database_unavailable', 'The database cannot answer now. Nothing was changed; try again.', {
    retryAfterS,
    cause: error,
  });
}
