/** Looks through a body while it arrives, so that whoever works on it need not read it once more for that. */
export interface SurveyUnderWay {
  /** Takes the next bytes, in short steps. Never rejects: what is wrong with a body is found when it is worked on. */
  push(bytes: Buffer): Promise<void>;
  /** The body has ended: what the work on it begins with, to be saved as JSON; null where nothing was found out. */
  finish(): unknown;
}
