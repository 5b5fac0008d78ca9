import type { SurveyUnderWay } from '../store/survey-under-way';
import { appleXmlFormat } from './apple-xml.format';
import { appleZipFormat } from './apple-zip.format';
import type { BodyFormat } from './body-format';
import { exportFormat } from './export.format';

/** Every kind of body that can be worked on after its reply; the first that matches reads it, the last one takes all. */
const bodyFormats: readonly BodyFormat[] = [appleZipFormat, appleXmlFormat, exportFormat];

/** Begins a survey of a body of this content type that is about to arrive; null where that is not possible. */
export function surveyUnderWay(contentType: string): SurveyUnderWay | null {
  return findBodyFormat(contentType).surveyUnderWay?.() ?? null;
}

/** How a body of this content type is read. */
export function findBodyFormat(contentType: string): BodyFormat {
  const format = bodyFormats.find((candidate) => candidate.matches(contentType));
  if (format === undefined) throw new Error('no format takes all bodies');
  return format;
}
