import type { JsonObject } from '../../catalogue/json';
import type { ArchiveFiles } from './archive-files';

/** An `export.xml` without the archive that it came in: there are no files beside it. */
export class BareDocument implements ArchiveFiles {
  /** `open` gives its bytes from the beginning, again and again. */
  constructor(private readonly open: () => AsyncIterable<Buffer>) {}

  openDocument(): AsyncIterable<Buffer> {
    return this.open();
  }

  readRoute(): undefined {
    return undefined;
  }

  async *readEcgs(): AsyncGenerator<JsonObject | null> {
    // There are none.
  }

  bytesDone(documentBytes: number): number {
    return documentBytes;
  }
}
