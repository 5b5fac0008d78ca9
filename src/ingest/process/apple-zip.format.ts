import { ZipArchive } from '../archive/zip-archive';
import { isZip } from '../receive/media-type';
import type { BodyFormat } from './body-format';
import { surveyArchiveBody } from './survey-archive-body';

/** An `export.zip` of Apple Health, of which the document is read twice, with the routes and ECGs beside it. */
export const appleZipFormat: BodyFormat = {
  name: 'apple-zip',
  version: 1,
  matches: isZip,
  async survey(reading, saved) {
    const { ranges } = reading.body;
    if (ranges === null) throw new Error('an archive was kept compressed, where it cannot be read');
    return await surveyArchiveBody(reading, await ZipArchive.open(ranges, reading.maxDocumentBytes), saved);
  },
};
