import { localDay } from '../catalogue/zone-offset';
import { type DataVersion, isHistory } from '../database/data-version';
import { answerTag } from './cache-keys';
import type { AnswerAddress, Reader } from './cached-answer';

/** What an answer is known by, whoever makes it: a part of its address. */
export interface AnswerName extends Pick<AnswerAddress, 'version' | 'tag'> {
  /** Whether it is about history alone. */
  readonly isOld: boolean;
}

/**
 * Names the answer to a question that is asked now, under a version that was read before. `endMs` is the end of what it
 * is about, a wall-clock reading in ms as if it were UTC; null for one that has none.
 */
export function nameAnswer(reader: Reader, url: string, known: DataVersion, endMs: number | null): AnswerName {
  const nowMs = Date.now();
  const isOld = endMs !== null && isHistory(endMs, nowMs);
  const version = isOld ? `h${known.history}` : `d${known.data}`;
  return { isOld, version, tag: answerTag(reader, version, localDay(nowMs, reader.timeZone), url) };
}
