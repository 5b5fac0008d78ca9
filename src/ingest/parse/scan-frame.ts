/**
 * What the scanner tells about the containers near the top of a document, where the envelope is. Everything deeper is
 * opaque: the scanner checks its structure and tells nothing.
 *
 * All positions are in bytes from the beginning of the document.
 */
export interface ScanFrame {
  /** A key of this object, with its quotes. */
  key(start: number, end: number): void;
  /** An object or array begins in this container: its own frame, or null when nothing below is of interest. */
  open(isArray: boolean, start: number): ScanFrame | null;
  /** A value of this container has ended; `frame` is what `open` gave for it, `undefined` for a scalar. */
  value(start: number, end: number, frame: ScanFrame | null | undefined): void;
  /** A comma between two of its values. */
  comma(): void;
  /** This container has ended. */
  end(): void;
  /**
   * A chunk has ended at `at`: the first byte that this frame will want to see again, or `at` for none. `underWay` is
   * where the key or value of this container begins that has not ended yet, or `at` when there is none.
   *
   * Errors: throws ParseFault for a thing under way that is too large already and may not be.
   */
  keepsFrom(underWay: number, at: number): number;
}
