import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Params } from 'nestjs-pino';
import type { LogFn } from 'pino';
import { type LoggableError, loggableError } from '../common/loggable-error';
import type { Settings } from '../config/settings';

/** Polled every few seconds by machines: a line each would bury the others. */
const unloggedPaths: ReadonlySet<string> = new Set(['/health', '/ready', '/metrics']);

/** The middleware that logs sees `url` relative to where it is mounted. */
interface RoutedRequest extends IncomingMessage {
  readonly originalUrl: string;
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] as string;
}

/** What a line of a request says: `POST /v1/ingest 200`. */
function describeRequest(request: IncomingMessage, response: ServerResponse): string {
  return `${request.method} ${pathOf((request as RoutedRequest).originalUrl)} ${response.statusCode}`;
}

/** The middleware hands over what pino made of an error, with the error itself as `raw`. */
function serialiseError(error: { raw?: unknown }): LoggableError {
  return loggableError(error instanceof Error ? error : error.raw);
}

/** An error that is logged without words of ours would lend its own message to the line. */
function nameErrors(this: unknown, args: Parameters<LogFn>, log: LogFn): void {
  const [logged, message] = args as unknown[];
  const error = logged instanceof Error ? logged : (logged as { err?: unknown } | null)?.err;
  if (!(error instanceof Error) || message !== undefined) log.apply(this, args);
  else log.call(this, logged === error ? { err: error } : (logged as object), loggableError(error).message);
}

/**
 * How the service logs: JSON in production, readable in a terminal, one line a request with its id.
 *
 * Of a request only the method, the path without its query and the id are written, of a reply only the status: no
 * header, body or query ever reaches a log, because they hold keys and health values. Of an error only what
 * {@link loggableError} leaves is written, whoever logs it.
 */
export function createLoggingOptions(settings: Settings): Params {
  const isPretty = settings.logFormat === 'pretty' || (settings.logFormat === 'auto' && process.stdout.isTTY);
  return {
    pinoHttp: {
      level: settings.logLevel,
      genReqId: () => randomUUID(),
      autoLogging: { ignore: (request) => unloggedPaths.has(pathOf((request as RoutedRequest).originalUrl)) },
      quietReqLogger: true,
      customSuccessMessage: describeRequest,
      customErrorMessage: describeRequest,
      hooks: { logMethod: nameErrors },
      serializers: {
        err: serialiseError,
        req: (request: { id: string; method: string; url: string }) => ({
          id: request.id,
          method: request.method,
          path: pathOf(request.url),
        }),
        res: (response: { statusCode: number }) => ({ status: response.statusCode }),
      },
      ...(isPretty
        ? { transport: { target: 'pino-pretty', options: { singleLine: true, ignore: 'pid,hostname,req,res' } } }
        : {}),
    },
  };
}
