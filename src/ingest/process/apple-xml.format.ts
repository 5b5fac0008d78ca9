import { BareDocument } from '../archive/bare-document';
import { isXml } from '../receive/media-type';
import type { BodyFormat } from './body-format';
import { DocumentSurveyUnderWay } from './document-survey-under-way';
import { surveyArchiveBody } from './survey-archive-body';

/** An `export.xml` of Apple Health by itself, read twice: whether all of it is legal, and the parts. */
export const appleXmlFormat: BodyFormat = {
  name: 'apple-xml',
  version: 1,
  matches: isXml,
  survey: (reading, saved) => surveyArchiveBody(reading, new BareDocument(() => reading.body.open()), saved),
  surveyUnderWay: () => new DocumentSurveyUnderWay(appleXmlFormat),
};
