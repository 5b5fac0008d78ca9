import type { BodyFormat } from './body-format';
import { exportFormat } from './export.format';

/** Every kind of body that can be worked on after its reply; the first that matches reads it, the last one takes all. */
const bodyFormats: readonly BodyFormat[] = [exportFormat];

/** How a body of this content type is read. */
export function findBodyFormat(contentType: string): BodyFormat {
  const format = bodyFormats.find((candidate) => candidate.matches(contentType));
  if (format === undefined) throw new Error('no format takes all bodies');
  return format;
}
