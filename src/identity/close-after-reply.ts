import type { FastifyReply, FastifyRequest } from 'fastify';

/** How long a refused body is read on, to be thrown away; as nginx's `lingering_timeout`. */
const lingerMs = 5000;

/** A refused body up to this is read and thrown away on a connection that is kept, in bytes: it has mostly arrived. */
const maxDiscardedBytes = 64 * 1024;

/** True when a body follows the headers. */
export function announcesBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** True when the body that follows is short, and comes whether it is wanted or not: Node throws away what is unread. */
export function isDiscardable({ headers }: FastifyRequest): boolean {
  return headers.expect === undefined && Number(headers['content-length'] ?? Number.NaN) <= maxDiscardedBytes;
}

/**
 * Makes the coming reply the connection's last: `Connection: close` for a request whose body will not be read.
 *
 * A client that is still sending would lose the reply if the socket were closed under it (the kernel answers unread
 * bytes with a reset). So our half is closed after the reply, and what still comes is thrown away until the body is
 * complete, the client is gone or 5 s have passed.
 */
export function closeAfterReply(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('connection', 'close');
  const { socket } = request.raw;
  const destroy = () => socket.destroy();
  socket.destroySoon = () => {
    const deadline = setTimeout(destroy, lingerMs);
    socket.once('close', () => clearTimeout(deadline));
    socket.end(() => (request.raw.complete ? destroy() : request.raw.once('end', destroy)));
  };
}
