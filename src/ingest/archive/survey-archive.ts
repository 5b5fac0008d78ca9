import { type LoopTurns, loopTurns } from '../../common/loop-turns';
import type { UserMetric } from '../normalise/metric-block';
import type { ArchiveFiles } from './archive-files';
import { ArchiveSurveyor } from './archive-surveyor';
import { HealthDataReader } from './health-data-reader';
import { pushInSteps } from './push-in-steps';

/**
 * Reads the document of an export to its end without keeping any of it: whether all of it is legal, and which metrics of
 * the user's own it needs.
 *
 * Errors: `push` and `finish` fail with ParseFault for a document that is not legal.
 */
export class DocumentSurvey {
  private readonly surveyor = new ArchiveSurveyor();
  private readonly reader = new HealthDataReader(this.surveyor, { typesOnly: true });

  constructor(private readonly turns: LoopTurns = loopTurns) {}

  /** Takes the next bytes, in steps. */
  push(chunk: Buffer): Promise<void> {
    return pushInSteps(this.reader, chunk, this.turns);
  }

  /** The metrics of the user's own, in the order in which they are met first. */
  finish(): readonly UserMetric[] {
    this.reader.finish();
    return this.surveyor.ownMetrics;
  }
}

/** Surveys the document among the files of an export. Errors: as {@link DocumentSurvey}, and as the files do. */
export async function surveyArchive(files: ArchiveFiles, turns?: LoopTurns): Promise<readonly UserMetric[]> {
  const survey = new DocumentSurvey(turns);
  for await (const chunk of files.openDocument()) await survey.push(chunk);
  return survey.finish();
}
