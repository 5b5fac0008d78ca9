import { DocumentSurvey } from '../archive/survey-archive';
import type { SurveyUnderWay } from '../store/survey-under-way';
import type { BodyFormat } from './body-format';
import { archiveSurveyToSave } from './survey-archive-body';
import { WorkCheckpoint } from './work-checkpoint';

/**
 * Surveys an `export.xml` while it arrives: a gigabyte is read, inflated and looked through once less. Of a document that
 * is not legal it says nothing, and the work on it finds out what is wrong, as of one that was not looked at.
 */
export class DocumentSurveyUnderWay implements SurveyUnderWay {
  private survey: DocumentSurvey | null = new DocumentSurvey();

  constructor(private readonly format: Pick<BodyFormat, 'name' | 'version'>) {}

  async push(bytes: Buffer): Promise<void> {
    try {
      await this.survey?.push(bytes);
    } catch {
      this.survey = null;
    }
  }

  finish(): WorkCheckpoint | null {
    try {
      return this.survey && WorkCheckpoint.begin(this.format, archiveSurveyToSave(this.survey.finish()));
    } catch {
      return null;
    }
  }
}
