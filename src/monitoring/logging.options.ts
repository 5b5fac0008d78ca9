import type { LogFn, LoggerOptions } from 'pino';
import { loggableError } from '../common/loggable-error';
import type { Settings } from '../config/settings';

/** An error that is logged without words of ours would lend its own message to the line. */
function nameErrors(this: unknown, args: Parameters<LogFn>, log: LogFn): void {
  const [logged, message] = args as unknown[];
  const error = logged instanceof Error ? logged : (logged as { err?: unknown } | null)?.err;
  if (!(error instanceof Error) || message !== undefined) log.apply(this, args);
  else log.call(this, logged === error ? { err: error } : (logged as object), loggableError(error).message);
}

/**
 * How the service logs: JSON in production, readable in a terminal.
 *
 * Of an error only what {@link loggableError} leaves is written, whoever logs it.
 */
export function createLoggingOptions(settings: Settings): LoggerOptions {
  const isPretty = settings.logFormat === 'pretty' || (settings.logFormat === 'auto' && process.stdout.isTTY);
  return {
    level: settings.logLevel,
    hooks: { logMethod: nameErrors },
    serializers: { err: loggableError },
    ...(isPretty
      ? { transport: { target: 'pino-pretty', options: { singleLine: true, ignore: 'pid,hostname,req,res' } } }
      : {}),
  };
}
