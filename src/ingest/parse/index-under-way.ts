import type { JsonObject } from '../../catalogue/json';
import { buildElements } from './build-elements';
import type { ByteWindow } from './byte-window';
import type { EnvelopeArray, ExportIndex, ExportPart } from './export-index';
import { ParseFault } from './parse-fault';
import type { ParseLimits } from './parse-limits';

/** Most bytes of names and heads in one body: the app's have some 20 KB. */
const maxTextBytes = 8 * 1024 * 1024;

const backslash = 0x5c;

/** The index of a document that is being scanned; shared by its frames. */
export class IndexUnderWay {
  private readonly parts: ExportPart[] = [];
  private arrayCount = 0;
  private metricCount = 0;
  private textBytes = 0;

  constructor(
    private readonly window: ByteWindow,
    readonly limits: ParseLimits,
    /** Every element is built once as it is found, so that the document is known to be legal when it ends. */
    readonly isChecked: boolean,
  ) {}

  /** Adds an array of the envelope. Throws {@link ParseFault} when they are too many. */
  addArray(kind: string, pointer: string): EnvelopeArray {
    // Only members that come again and again can be more: without them, the root and `data` have this many.
    if (++this.arrayCount > 2 * this.limits.maxKeysPerObject) {
      throw new ParseFault('json_too_many_keys', 'The same members come again too often.');
    }
    this.countText(pointer.length);
    return { kind, pointer, isReplaced: false };
  }

  /** Adds a part, which must follow all others in the document. */
  addPart(array: EnvelopeArray, position: number): ExportPart {
    const part: ExportPart = { array, position, head: null, slices: [] };
    this.parts.push(part);
    return part;
  }

  /** Counts an element of `metrics`. Throws {@link ParseFault} when they are too many. */
  countMetric(): void {
    if (++this.metricCount > this.limits.maxMetrics) {
      throw new ParseFault('json_too_many_metrics', `More than ${this.limits.maxMetrics} metrics in one body.`);
    }
  }

  /** Counts text that the index keeps, in bytes. Throws {@link ParseFault} when it is too much. */
  countText(bytes: number): void {
    this.textBytes += bytes;
    if (this.textBytes <= maxTextBytes) return;
    throw new ParseFault('json_element_too_large', 'The heads of the metrics are too large together.');
  }

  /** The text of some bytes, which the frame must have asked to keep. */
  text(start: number, end: number): string {
    return this.window.text(start, end);
  }

  /** Builds a small value. Throws {@link ParseFault} when it is not legal, or not small. */
  parse(start: number, end: number): unknown {
    this.assertSmall(start, end);
    try {
      return JSON.parse(this.text(start, end));
    } catch {
      // The error of JSON.parse quotes the text, which may hold health values.
      throw new ParseFault('json_malformed', `Not legal JSON: at byte ${start} or soon after.`);
    }
  }

  /**
   * True for the key `"data"` in any spelling. A key that has no escape is not built, since a body has several for each
   * metric: it may still be illegal.
   */
  isDataKey(start: number, end: number): boolean {
    if (this.window.isText('"data"', start, end)) return true;
    return this.window.hasByte(backslash, start, end) && this.parse(start, end) === 'data';
  }

  /** Throws {@link ParseFault} for a value outside of the arrays that is too large to be built. */
  assertSmall(start: number, end: number): void {
    if (end - start <= this.limits.maxSampleBytes) return;
    throw new ParseFault('json_element_too_large', `A value outside of the arrays is too large, at byte ${start}.`);
  }

  /** Builds the elements of a slice and throws them away. Throws {@link ParseFault} when one is not legal. */
  checkElements(start: number, end: number): void {
    if (this.isChecked) buildElements(this.text(start, end), start);
  }

  /** The index of the whole document; what is replaced is still in it unless it has been checked. */
  done(): ExportIndex {
    const parts = this.isChecked ? this.parts.filter((part) => !part.array.isReplaced) : this.parts;
    const heads: JsonObject[] = [];
    for (const { array, head } of parts) if (head !== null && !array.isReplaced) heads.push(head);
    return { heads, parts };
  }
}
