import type { FastifyRequest } from 'fastify';
import { Problem } from '../../common/problem';

/** Most bytes of a body that is not an export: what such a route takes is much smaller. */
const maxJsonBytes = 65_536;

/**
 * Reads the small JSON body of a request, of which nothing has been read before the key was checked.
 *
 * Errors: rejects with Problem 415 `content_type_not_supported`, 413 `body_too_large` or 400 `json_invalid`.
 */
export async function readJsonBody(request: FastifyRequest): Promise<unknown> {
  const [type = ''] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  if (type.trim() !== 'application/json') {
    throw new Problem(415, 'content_type_not_supported', 'Send the body as Content-Type: application/json.');
  }
  const tooLarge = new Problem(413, 'body_too_large', `The body has more than ${maxJsonBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > maxJsonBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.raw as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxJsonBytes) throw tooLarge;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw new Problem(400, 'json_invalid', 'The body is no JSON.');
  }
}
