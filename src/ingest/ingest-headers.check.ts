import { Problem } from '../common/problem';
import type { RequestCheck } from '../identity/request-check';
import { type BodyLimits, checkBodyHeaders } from './receive/check-body-headers';

/** Where exports are sent to, without the slash before it. */
export const ingestPath = 'v1/ingest';

/** Refuses by its headers a body that could not be taken (413, 415), before it is let through to the handler. */
export function ingestHeadersCheck(limits: BodyLimits): RequestCheck {
  return (request) => {
    if (request.routeOptions.url !== `/${ingestPath}`) return null;
    try {
      checkBodyHeaders(request.headers, limits);
      return null;
    } catch (reason) {
      if (reason instanceof Problem) return reason;
      throw reason;
    }
  };
}
