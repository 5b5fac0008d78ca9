import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a client asks by `Prefer: respond-async` (RFC 7240, 4.1) not to be kept waiting. Other preferences, and values
 * or parameters of this one, are passed over.
 */
export function prefersAsyncReply(headers: IncomingHttpHeaders): boolean {
  const prefer = headers['prefer'];
  const preferences = (Array.isArray(prefer) ? prefer.join(',') : (prefer ?? '')).split(',');
  return preferences.some((preference) => /^respond-async\s*([=;]|$)/i.test(preference.trim()));
}
