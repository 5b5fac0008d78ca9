import type { IncomingMessage } from 'node:http';

const loopbackAddress = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/** What a program on this machine calls it. Another name came from a DNS that somebody else may answer for. */
const loopbackName = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i;

/** What proxies add, of which each tells that the request began somewhere else. */
const proxyHeader = /^(?:forwarded|via|x-forwarded-.*|x-real-ip|x-client-ip|true-client-ip|cf-.*|x-envoy-.*)$/;

/**
 * Whether a request was made by a program on this machine: over a loopback connection, to a loopback name, and not passed
 * on. Headers can only take that away and never give it. A proxy on the same machine that adds no header and asks by a
 * loopback name cannot be told apart.
 */
export function isLocalRequest({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): boolean {
  if (!loopbackAddress.test(socket.remoteAddress ?? '')) return false;
  if (!loopbackName.test(headers.host ?? '')) return false;
  return !Object.keys(headers).some((name) => proxyHeader.test(name));
}
