import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../common/problem';
import { type BodyHeaders, type BodyLimits, checkBodyHeaders } from './check-body-headers';
import { isXml, isZip } from './media-type';

const whatIsTaken = 'Say what it is: Content-Type: application/zip, application/xml or application/json.';

/** What clients send that were told nothing of the file: it says how it is sent, and not what it is. */
const formTypes = /^(application\/x-www-form-urlencoded|multipart\/form-data)/i;

/**
 * Decides by the headers alone whether a history is worth receiving: an archive, an XML document, or what the ingest
 * route takes. Without a content type nobody can tell which.
 *
 * Errors: throws a 415 or 413 problem.
 */
export function checkImportHeaders(headers: IncomingHttpHeaders, limits: BodyLimits): BodyHeaders {
  const contentType = headers['content-type'] ?? '';
  if (contentType === '' || formTypes.test(contentType)) {
    throw new Problem(415, 'content_type_not_supported', whatIsTaken);
  }
  if (!isZip(contentType) && !isXml(contentType)) return checkBodyHeaders(headers, limits, whatIsTaken);
  const checked = checkBodyHeaders({ ...headers, 'content-type': 'application/json' }, limits);
  if (isZip(contentType) && checked.contentEncoding !== 'identity') {
    throw new Problem(
      415,
      'content_encoding_not_supported',
      'An archive is sent as it is, without a Content-Encoding.',
    );
  }
  return { ...checked, contentType };
}
