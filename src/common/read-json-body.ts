import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { Problem } from './problem';

/** What a request of ours may say is short. */
const maxBodyBytes = 65_536;

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw new Problem(413, 'body_too_large', `The body may have ${maxBodyBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Reads the body of a request that is not an export: JSON of 64 KiB at most, by a schema that knows all of its fields.
 *
 * Errors: rejects with Problem 413 `body_too_large`, 415 `content_type_not_supported`, 400 `json_malformed` or 400
 * `body_invalid`, whose detail names the field and never repeats what was sent.
 */
export async function readJsonBody<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const [type = ''] = (request.headers['content-type'] ?? 'application/json').split(';', 1);
  if (type.trim().toLowerCase() !== 'application/json') {
    throw new Problem(415, 'content_type_not_supported', 'Send it as Content-Type: application/json.');
  }
  const parsed = schema.safeParse(parseJson(await readText(request)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'The body';
  throw new Problem(400, 'body_invalid', `${field} is not as it must be: ${issue?.message ?? 'unknown'}.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'json_malformed', 'The body is not JSON.');
  }
}
