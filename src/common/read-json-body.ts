import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { Problem } from './problem';

/** What a request that is no export may say is short. */
const maxBodyBytes = 65_536;

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = new Problem(413, 'body_too_large', `The body may have ${maxBodyBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Reads the small JSON body of a request that is not an export, of which nothing has been read before.
 *
 * Errors: rejects with Problem 413 `body_too_large`, 415 `content_type_not_supported` or
 * `content_encoding_not_supported`, or 400 `json_malformed`.
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  if (type.trim().toLowerCase() !== 'application/json') {
    throw new Problem(415, 'content_type_not_supported', 'Send the body as Content-Type: application/json.');
  }
  if ((request.headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    throw new Problem(415, 'content_encoding_not_supported', 'Send this body as it is, without Content-Encoding.');
  }
  const bytes = await readBytes(request);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem(400, 'json_malformed', 'The body is no JSON.');
  }
}

/**
 * The same by a schema that knows all fields.
 *
 * Errors: rejects as {@link readJson} does, and with 400 `body_invalid`, whose detail names the field and never repeats
 * what was sent.
 */
export async function readJsonBody<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await readJson(request));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'The body';
  throw new Problem(400, 'body_invalid', `${field} is not as it must be: ${issue?.message ?? 'unknown'}.`);
}
