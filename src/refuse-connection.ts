import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** What Node's parser refuses before there is a request, by its error code; anything else is malformed. */
const refusals: Readonly<Record<string, readonly [status: number, code: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'The headers are larger than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'The request did not arrive in time.'],
};

/** Answers, as a problem, a connection whose bytes are no request, and ends it. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, detail] = refusals[error.code ?? ''] ?? [400, 'request_malformed', 'This is not legal HTTP.'];
  const body = JSON.stringify({ type: 'about:blank', title: code.replaceAll('_', ' '), status, code, detail });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
