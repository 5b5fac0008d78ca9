import type { Readable } from 'node:stream';
import type { AccountUnderWay } from '../account';
import type { ByteRanges } from '../archive/zip-reader';
import type { ExportParser } from '../export-parser';
import type { FindUserMetrics } from '../normalise/export-normaliser';
import type { NormalisedPayload } from '../normalise/normalised-payload';
import type { PayloadContext } from '../normalise/payload-context';
import type { ParseLimits } from '../parse/parse-limits';
import type { SurveyUnderWay } from '../store/survey-under-way';

/** A body that is kept. */
export interface KeptBody {
  /** Its bytes from the beginning, inflated; can be opened again and again. Fails when the work on it is interrupted. */
  open(): Readable;
  /** The same in any order; null where they are kept compressed, so that they cannot be read so. */
  readonly ranges: ByteRanges | null;
}

/** What a body is read with. */
export interface BodyReading {
  readonly body: KeptBody;
  readonly limits: ParseLimits;
  /** Largest document that a member of an archive may be, inflated. */
  readonly maxDocumentBytes: number;
  /** How elements of an export become rows. */
  readonly parser: ExportParser;
  readonly context: PayloadContext;
  readonly findUserMetrics: FindUserMetrics;
}

/** Takes the next part of a body's samples; `bytesDone` is how far the body has been read, inflated. */
export type TakePart = (part: NormalisedPayload, bytesDone: number) => Promise<void>;

/** A body that is known to be legal as a whole. */
export interface SurveyedBody {
  /**
   * Reads it once more and gives its samples in parts, each of which is taken before more is read. The same bytes always
   * give the same parts, so that whoever comes later can leave out those that are done. Returns the account, to be closed
   * with what became of all parts.
   *
   * Errors: rejects as `take` does.
   */
  parts(take: TakePart): Promise<AccountUnderWay>;
  /** What is to be saved with the checkpoint, as JSON, so that the survey is not made again; absent for nothing. */
  readonly survey?: unknown;
}

/** How the bytes of one kind of body become samples. */
export interface BodyFormat {
  /** Names it in checkpoints. */
  readonly name: string;
  /** Changes whenever the same bytes would give other parts: what another version has begun is begun anew. */
  readonly version: number;
  /** Whether a body of this content type is read so; empty for one that came without. */
  matches(contentType: string): boolean;
  /**
   * Reads the whole of it and keeps none of it, before any of it is written. `saved` is the `survey` of one that was made
   * of the same bytes, which is then not made again; undefined when there is none.
   *
   * Errors: rejects with ParseFault, or a 4xx problem, for a body that is not legal.
   */
  survey(reading: BodyReading, saved?: unknown): Promise<SurveyedBody>;
  /** Begins a survey of a body that is about to arrive; absent where it cannot be made before all of it is there. */
  surveyUnderWay?(): SurveyUnderWay;
}
