import { type Agent, type IncomingHttpHeaders, request } from 'node:http';

/** What to send; a body is sent with its length, which `headers` may say otherwise. */
export interface RequestParts {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Keeps connections open between requests; absent: a connection for this request alone. */
  readonly agent?: Agent;
  /** Time in which the whole answer must be there. */
  readonly timeoutMs?: number;
}

/** What came back. */
export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** Headers that came after the body. */
  readonly trailers: Readonly<Record<string, string | undefined>>;
}

/** Sends one request and waits for the whole answer; rejects when none comes in time. */
export function sendRequest(parts: RequestParts): Promise<RawReply> {
  const { port, method, path, headers = {}, body, agent, timeoutMs = 20_000 } = parts;
  return new Promise((resolve, reject) => {
    // Node sends the body of a DELETE without saying so.
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sentHeaders = { ...length, ...headers };
    const options = {
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: sentHeaders,
      ...(agent === undefined ? {} : { agent }),
    };
    let isAnswered = false;
    const sent = request(options, (response) => {
      isAnswered = true;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        clearTimeout(timer);
        const { statusCode: status = 0, headers, trailers } = response;
        resolve({ status, headers, bytes: Buffer.concat(chunks), trailers });
      });
    });
    function fail(error: Error): void {
      clearTimeout(timer);
      reject(error);
    }
    const timer = setTimeout(() => {
      fail(new Error(`${method} ${path} was not answered within ${timeoutMs} ms`));
      sent.destroy();
    }, timeoutMs);
    // A service that refuses early may close while the body is still being written: the answer counts.
    sent.on('error', (error) => {
      if (!isAnswered) fail(error);
    });
    sent.end(body);
  });
}
