import { ByteWindow } from './byte-window';
import { DocumentFrame } from './envelope.frame';
import type { ExportIndex } from './export-index';
import { ExportScanner } from './export-scanner';
import { IndexUnderWay } from './index-under-way';
import { ParseFault } from './parse-fault';
import type { ParseLimits } from './parse-limits';
import { Utf8Check } from './utf8-check';

/** How an index is made. */
export interface IndexOptions {
  /**
   * Builds every element once and throws it away, so that the document is known to be legal as a whole before anything
   * of it is used. Otherwise the insides of the elements are checked as they are read.
   */
  readonly validate: boolean;
}

/**
 * Makes the index of an export from its bytes as they arrive, in chunks that may be cut anywhere.
 *
 * As strict as `JSON.parse` of the whole when it validates, but for a byte order mark, which is passed over, and for the
 * inside of an element that is too large to be built: there only the structure is checked.
 * Memory: the index, and the slice or the element under way, which is at most `maxElementBytes` long; a larger one is
 * passed over without being kept. Nothing of a chunk is held after `push`.
 * Errors: `push` and `finish` throw {@link ParseFault}; the indexer is then not to be used any more.
 */
export class ExportIndexer {
  private readonly utf8 = new Utf8Check();
  private readonly window = new ByteWindow();
  private readonly index: IndexUnderWay;
  private readonly scanner: ExportScanner;

  constructor(limits: ParseLimits, options: IndexOptions) {
    this.index = new IndexUnderWay(this.window, limits, options.validate);
    this.scanner = new ExportScanner(this.window, limits, new DocumentFrame(this.index));
  }

  /** Takes the next bytes. Works on all of them at once: some 0.1 ms for 64 KiB, 0.5 ms when it validates. */
  push(chunk: Buffer): void {
    if (!this.utf8.accepts(chunk)) throw new ParseFault('encoding_broken', 'The body is not UTF-8.');
    this.window.append(chunk);
    this.scanner.run();
    this.window.dropBefore(this.scanner.keepsFrom());
  }

  /** The index; the document has ended. */
  finish(): ExportIndex {
    if (!this.utf8.isComplete()) throw new ParseFault('encoding_broken', 'The body is not UTF-8: it is cut.');
    this.scanner.finish();
    return this.index.done();
  }
}
