import type { ElementSlice, EnvelopeArray, ExportIndex } from './export-index';
import { ParseFault } from './parse-fault';
import type { ParseLimits } from './parse-limits';

/** The index of a document that is being scanned; shared by its frames. */
export class IndexUnderWay implements ExportIndex {
  readonly arrays: EnvelopeArray[] = [];
  readonly unused: ElementSlice[] = [];

  constructor(
    private readonly bytes: Buffer,
    readonly limits: ParseLimits,
  ) {}

  /** The text of some bytes. */
  text(start: number, end: number): string {
    return this.bytes.toString('utf8', start, end);
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

  /** Throws {@link ParseFault} for a value outside of the arrays that is too large to be built. */
  assertSmall(start: number, end: number): void {
    if (end - start <= this.limits.maxSampleBytes) return;
    throw new ParseFault('json_element_too_large', `A value outside of the arrays is too large, at byte ${start}.`);
  }
}
