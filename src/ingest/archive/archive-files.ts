import type { JsonObject } from '../../catalogue/json';

/** The document of an export and the files beside it. */
export interface ArchiveFiles {
  /** The bytes of the document, in chunks of any size; can be opened again and again. */
  openDocument(): AsyncIterable<Buffer>;
  /**
   * The points of a route that the document names. Null when there is no such file, or none that can be read; undefined
   * where the document came by itself.
   */
  readRoute(path: string): Promise<readonly JsonObject[] | null> | undefined;
  /** The ECGs, in the form of the app, one after another; null for a file that is none. */
  readEcgs(): AsyncIterable<JsonObject | null>;
  /** How far the body has been read, in its own bytes, after so many bytes of the document. */
  bytesDone(documentBytes: number): number;
}
