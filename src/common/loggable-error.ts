/** What a log says of an error: a closed set of fields, none of which can hold what a person sent. */
export interface LoggableError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly routine?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
  readonly stack?: string;
  readonly cause?: LoggableError;
  readonly errors?: readonly LoggableError[];
}

/** An error as it is in memory: whatever its maker put on it. */
type AnyError = Error & Readonly<Record<string, unknown>>;

/** What PostgreSQL tells of an error that is made of names of ours alone. */
const databaseFields = ['routine', 'table', 'column', 'constraint'] as const;

/** Errors that were wrapped more often, or are more than this, are not followed further. */
const maxDepth = 5;

/** node-postgres' own error, and TypeORM's, which copies everything from it. */
function isDatabaseError({ code, severity }: AnyError): boolean {
  return typeof severity === 'string' && typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code);
}

/** The frames of a stack; none where it cannot be told where the message ends, which may look like frames itself. */
function framesOf({ stack = '', message }: AnyError): string | undefined {
  const at = message === '' ? -1 : stack.indexOf(message);
  return at < 0 ? undefined : stack.slice(at + message.length).trimStart();
}

function textFields(error: AnyError, names: readonly string[]): Readonly<Record<string, string>> {
  const fields = names.map((name) => [name, error[name]]);
  return Object.fromEntries(fields.filter(([, value]) => typeof value === 'string'));
}

/**
 * What may be logged of whatever was thrown.
 *
 * PostgreSQL quotes the values of a failed statement in message, detail and context, and the drivers add the statement
 * with its parameters: health values and ids of people. So the message of such an error is one of ours, its stack has
 * no message, and of all other fields only those are taken that name parts of our own schema. The same holds for the
 * causes of an error.
 */
export function loggableError(thrown: unknown, depth = 0): LoggableError {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: 'something that is no error was thrown' };
  const error = thrown as AnyError;
  const type = error.constructor?.name ?? error.name;
  const isDeep = depth >= maxDepth;
  const inner = {
    ...(error.cause instanceof Error && !isDeep ? { cause: loggableError(error.cause, depth + 1) } : {}),
    ...(Array.isArray(error['errors']) && !isDeep
      ? { errors: error['errors'].slice(0, maxDepth).map((each) => loggableError(each, depth + 1)) }
      : {}),
  };
  if (isDatabaseError(error)) {
    const stack = framesOf(error);
    return {
      type,
      message: `PostgreSQL refused a statement with ${error['code']}`,
      ...textFields(error, ['code', ...databaseFields]),
      ...(stack === undefined ? {} : { stack }),
      ...inner,
    };
  }
  return { type, message: error.message, ...textFields(error, ['code', 'stack']), ...inner };
}
