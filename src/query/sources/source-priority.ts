import { normaliseSource } from '../../catalogue/normalise-source';
import { Problem } from '../../common/problem';

/** Most sources in the order of preference; a person has a handful of devices. */
const maxSources = 50;

function refuse(detail: string): never {
  throw new Problem(400, 'sources_invalid', detail);
}

/**
 * The order of preference in a body `{"priority": ["Watch", "iPhone"]}`, in the spelling in which sources are stored.
 *
 * Errors: throws Problem 400 `sources_invalid`, which says what is wrong.
 */
export function readPriority(body: unknown): readonly string[] {
  const priority: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'priority') : undefined;
  if (!Array.isArray(priority)) refuse('The body must be {"priority": [ … ]}, with the best source first.');
  if (priority.length > maxSources) refuse(`priority has ${maxSources} sources at most.`);
  const sources = priority.map((name: unknown) => {
    const source = typeof name === 'string' ? normaliseSource(name) : 'text_invalid';
    return typeof source === 'string' ? refuse('Every source is a text of 1000 bytes at most.') : source.text;
  });
  if (new Set(sources).size < sources.length) refuse('A source is there twice.');
  return sources;
}
