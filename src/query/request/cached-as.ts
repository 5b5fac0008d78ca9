import type { CacheKind } from '../../cache/cache-kinds';
import { parseQueryInstant } from './parse-query-instant';

const dayMs = 86_400_000;

/** The parameters of a question as they came: texts, or lists of texts where one was given twice. */
type RawQuery = Readonly<Record<string, unknown>>;

/** What an answer is kept as. */
interface AskedAnswer {
  readonly kind: CacheKind;
  /** The end of what it is about, a wall-clock reading in ms as if it were UTC; null for one that has none. */
  readonly endMs: number | null;
}

/** Says what the answer to a question is kept as; null for one that is not kept. */
type NameAnswer = (query: RawQuery) => AskedAnswer | null;

declare module 'fastify' {
  interface FastifyContextConfig {
    cachedAs?: NameAnswer;
  }
}

/**
 * Has the answers of a route kept, and asked about with `If-None-Match`: for `RequireScope`. The function sees a question
 * before it is checked: one that is refused has no answer that could be kept.
 */
export function cachedAs(name: NameAnswer): { readonly cachedAs: NameAnswer } {
  return { cachedAs: name };
}

function readInstantMs(text: unknown): number | null {
  return typeof text === 'string' ? (parseQueryInstant(text)?.atMs ?? null) : null;
}

/** The end of a range of days, see `readDays`: after `date`, else `to`; null when it is today. */
export function endOfDays({ date, to }: RawQuery): number | null {
  const dateMs = readInstantMs(date);
  return dateMs === null ? readInstantMs(to) : dateMs + dayMs;
}

/** Days by which the last bucket may go beyond the end of a range, which it is part of as a whole. */
const daysBeyond: Readonly<Record<string, number>> = { hour: 1, day: 1, week: 7, month: 31 };

/** The end of the last bucket of a range. */
export function endOfBuckets({ to, bucket }: RawQuery): number | null {
  const toMs = readInstantMs(to);
  const days = daysBeyond[typeof bucket === 'string' ? bucket : 'day'];
  return toMs === null || days === undefined ? null : toMs + days * dayMs;
}
