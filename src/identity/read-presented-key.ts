import type { IncomingHttpHeaders } from 'node:http';

const bearer = /^Bearer +(\S+)$/i;

/**
 * The key that a request shows, not checked yet, or null: from `Authorization: Bearer`, else `X-API-Key`, else
 * `api-key`. The first that is there counts, also when a later one differs. Another scheme of `Authorization` is no key.
 */
export function readPresentedKey(headers: IncomingHttpHeaders): string | null {
  const [, token] = bearer.exec(headers.authorization ?? '') ?? [];
  const candidates = [token, headers['x-api-key'], headers['api-key']];
  const first = candidates.find((candidate) => candidate !== undefined && candidate.length > 0);
  return typeof first === 'string' ? first : null;
}
