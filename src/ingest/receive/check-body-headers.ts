import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../common/problem';

/** How a body can be compressed. */
export type ContentEncoding = 'identity' | 'gzip' | 'br';

/** What the headers say of a body that may be received. */
export interface BodyHeaders {
  readonly contentType: string;
  readonly contentEncoding: ContentEncoding;
}

/** Bounds on a body, in bytes. */
export interface BodyLimits {
  /** Inflated. */
  readonly maxBodyBytes: number;
  /** As sent, when it is compressed. */
  readonly maxCompressedBodyBytes: number;
}

function checkContentType(contentType: string, whatIsTaken: string): void {
  const [mediaType = '', ...parameters] = contentType.toLowerCase().split(';');
  const type = mediaType.trim();
  if (type === 'text/csv' || type === 'multipart/form-data') {
    throw new Problem(
      415,
      'csv_not_supported',
      'This looks like a CSV upload. In Health Auto Export, open the automation and set "Export Format" to JSON.',
    );
  }
  if (type !== '' && type !== 'application/json' && type !== 'text/json' && !/^application\/.+\+json$/.test(type)) {
    throw new Problem(415, 'content_type_not_supported', whatIsTaken);
  }
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='));
  const name = charset?.slice('charset='.length).replaceAll('"', '');
  if (name !== undefined && !['utf-8', 'utf8', 'us-ascii'].includes(name)) {
    throw new Problem(415, 'charset_not_supported', 'JSON is sent as UTF-8.');
  }
}

/** The problem of a body beyond a limit. */
export function bodyTooLarge(limitBytes: number): Problem {
  const detail = `The body is larger than ${limitBytes} bytes. Choose a shorter period or a coarser aggregation.`;
  return new Problem(413, 'body_too_large', detail);
}

/**
 * Decides by the headers alone whether a body is worth receiving. A missing content type is taken for JSON. `whatIsTaken`
 * is the sentence for one that is not taken.
 *
 * Errors: throws a 415 or 413 problem.
 */
export function checkBodyHeaders(
  headers: IncomingHttpHeaders,
  limits: BodyLimits,
  whatIsTaken = 'Send the export as Content-Type: application/json.',
): BodyHeaders {
  const contentType = headers['content-type'] ?? '';
  checkContentType(contentType, whatIsTaken);
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const contentEncoding = encoding === 'x-gzip' ? 'gzip' : encoding === '' ? 'identity' : encoding;
  if (contentEncoding !== 'identity' && contentEncoding !== 'gzip' && contentEncoding !== 'br') {
    throw new Problem(415, 'content_encoding_not_supported', 'Send the body plain, or compressed with gzip or br.');
  }
  const limitBytes = contentEncoding === 'identity' ? limits.maxBodyBytes : limits.maxCompressedBodyBytes;
  if (Number(headers['content-length'] ?? 0) > limitBytes) throw bodyTooLarge(limitBytes);
  return { contentType, contentEncoding };
}
