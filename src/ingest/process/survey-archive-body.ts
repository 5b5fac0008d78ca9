import { z } from 'zod';
import type { ArchiveFiles } from '../archive/archive-files';
import { normaliseArchive } from '../archive/read-archive';
import { surveyArchive } from '../archive/survey-archive';
import type { UserMetric } from '../normalise/metric-block';
import type { BodyReading, SurveyedBody } from './body-format';

/**
 * More metrics of one's own are not saved but looked for again: the checkpoint is written with every part, and some dozens
 * are usual.
 */
const maxSavedMetrics = 1000;

const savedSchema = z.array(z.object({ name: z.string(), unit: z.string() })).max(maxSavedMetrics);

/** What is saved of the survey of an export; undefined when that would be too much. */
export function archiveSurveyToSave(ownMetrics: readonly UserMetric[]): unknown {
  return ownMetrics.length <= maxSavedMetrics ? ownMetrics : undefined;
}

/**
 * Surveys an export of Apple Health, whichever way its files are kept, unless that was done and saved.
 * Errors: as {@link BodyFormat.survey}.
 */
export async function surveyArchiveBody(
  { context, findUserMetrics }: Omit<BodyReading, 'body' | 'limits'>,
  files: ArchiveFiles,
  saved: unknown,
): Promise<SurveyedBody> {
  const { data } = savedSchema.safeParse(saved);
  const ownMetrics = data ?? (await surveyArchive(files));
  return {
    survey: archiveSurveyToSave(ownMetrics),
    parts: (take) => normaliseArchive({ files, ownMetrics, context, findUserMetrics }, take),
  };
}
