import type { JsonValue } from '../../catalogue/json';
import { ParseFault } from './parse-fault';

/**
 * Builds a run of elements, `element, element, …`, from its text; `start` is where the run begins in the document, in
 * bytes.
 *
 * Errors: throws {@link ParseFault} when one of them is not legal JSON.
 */
export function buildElements(text: string, start: number): JsonValue[] {
  try {
    return JSON.parse(`[${text}]`);
  } catch {
    // The error of JSON.parse quotes the text, which may hold health values.
    throw new ParseFault('json_malformed', `Not legal JSON: among the elements that begin at byte ${start}.`);
  }
}
