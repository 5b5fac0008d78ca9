import type { ArchiveFiles } from '../archive/archive-files';
import { normaliseArchive, surveyArchive } from '../archive/read-archive';
import type { BodyReading, SurveyedBody } from './body-format';

/** Surveys an export of Apple Health, whichever way its files are kept. Errors: as {@link BodyFormat.survey}. */
export async function surveyArchiveBody(
  { context, findUserMetrics }: Omit<BodyReading, 'body' | 'limits'>,
  files: ArchiveFiles,
): Promise<SurveyedBody> {
  const ownMetrics = await surveyArchive(files);
  return { parts: (take) => normaliseArchive({ files, ownMetrics, context, findUserMetrics }, take) };
}
