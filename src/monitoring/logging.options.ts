import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Params } from 'nestjs-pino';
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

/**
 * How the service logs: JSON in production, readable in a terminal, one line a request with its id.
 *
 * Of a request only the method, the path without its query and the id are written, of a reply only the status: no
 * header, body or query ever reaches a log, because they hold keys and health values.
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
      serializers: {
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
