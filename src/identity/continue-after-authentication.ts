import type { IncomingMessage, Server, ServerResponse } from 'node:http';

const waiting = new WeakSet<IncomingMessage>();

/**
 * Lets requests with `Expect: 100-continue` reach their handlers with the expectation unanswered; Node would tell the
 * client to go on before anybody has looked at the key. {@link allowBody} answers it.
 */
export function answerContinueAfterAuthentication(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    waiting.add(request);
    server.emit('request', request, response);
  });
}

/** Tells a client that waits with its body to send it; does nothing for one that does not wait. */
export function allowBody(request: IncomingMessage, response: ServerResponse): void {
  if (waiting.delete(request)) response.writeContinue();
}
