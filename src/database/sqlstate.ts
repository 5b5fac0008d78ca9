/**
 * What a fault of the database means for the caller.
 *
 * - `unavailable`: the server cannot be reached or is going away; the same request may succeed later.
 * - `transient`: this transaction lost a race; running it again at once is right.
 * - `permanent`: the same statement would fail again.
 */
export type FaultClass = 'unavailable' | 'transient' | 'permanent';

/** SQLSTATE codes and classes (their first two characters) that are not permanent. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const faultBySqlState: ReadonlyMap<string, FaultClass> = new Map([
  ['08', 'unavailable'], // connection exception
  ['53', 'unavailable'], // insufficient resources: disk, memory, connections
  ['57P01', 'unavailable'], // admin shutdown
  ['57P02', 'unavailable'], // crash shutdown
  ['57P03', 'unavailable'], // starting up or recovering
  ['57P05', 'unavailable'], // idle session time-out
  ['25006', 'unavailable'], // read-only: a failover's old primary
  ['25P03', 'unavailable'], // idle in transaction time-out
  ['57014', 'unavailable'], // statement time-out: overload, not a fault of the statement
  ['55P03', 'unavailable'], // lock time-out
  ['40001', 'transient'], // serialization failure
  ['40P01', 'transient'], // deadlock
]);

/** Node's error codes of a connection that could not be made or broke. */
const networkCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

// node-postgres gives these faults no code.
const uncodedMessages =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Query read timeout)/;

/** The driver's own error, which TypeORM wraps. */
function causeOf(error: unknown): unknown {
  return (error as { driverError?: unknown } | null)?.driverError ?? error;
}

/** What a thrown value means; anything not known is permanent, so that a fault of ours is seen and not retried for ever. */
export function classifyFault(error: unknown): FaultClass {
  if (!(error instanceof Error)) return 'permanent';
  const { code, message } = causeOf(error) as { code?: unknown; message: string };
  if (typeof code === 'string') {
    if (networkCodes.has(code) || isPartitionMissing(error)) return 'unavailable';
    return faultBySqlState.get(code) ?? faultBySqlState.get(code.slice(0, 2)) ?? 'permanent';
  }
  return uncodedMessages.test(message) ? 'unavailable' : 'permanent';
}

/** True when the database cannot answer now and may later. */
export function isUnavailable(error: unknown): boolean {
  return classifyFault(error) === 'unavailable';
}

/** True when a row was there already (unique_violation). */
export function isUniqueViolation(error: unknown): boolean {
  return (causeOf(error) as { code?: unknown } | null)?.code === '23505';
}

/** True when a statement or the wait for a lock took too long: others may have nothing to do with it. */
export function isWaitTooLong(error: unknown): boolean {
  const state = (causeOf(error) as { code?: unknown } | null)?.code;
  return state === '57014' || state === '55P03';
}

/** True when no answer to a statement came in time: its connection may lead nowhere, and nobody may ever be told. */
export function isAnswerMissing(error: unknown): boolean {
  return (causeOf(error) as Error | null)?.message === 'Query read timeout';
}

/**
 * True when there is no partition for a row. PostgreSQL gives it the code of a check constraint, and no constraint's name
 * (ExecFindPartition in execPartition.c).
 */
export function isPartitionMissing(error: unknown): boolean {
  const { code, constraint } = (causeOf(error) ?? {}) as { code?: unknown; constraint?: unknown };
  return code === '23514' && constraint === undefined;
}
