import { createHash, timingSafeEqual } from 'node:crypto';

const bearer = /^Bearer +(\S+)$/i;

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Whether an `Authorization` header has the token, as a bearer's; takes the same time for every wrong one. */
export function hasToken(authorization: string | undefined, token: string): boolean {
  const [, presented = ''] = bearer.exec(authorization ?? '') ?? [];
  // Digests, because texts of different lengths cannot be compared in constant time.
  return timingSafeEqual(digestOf(presented), digestOf(token));
}
