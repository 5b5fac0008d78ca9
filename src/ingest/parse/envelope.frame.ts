import { ElementsFrame } from './elements.frame';
import type { EnvelopeArray } from './export-index';
import type { IndexUnderWay } from './index-under-way';
import { MetricsFrame } from './metrics.frame';
import { ParseFault } from './parse-fault';
import type { ScanFrame } from './scan-frame';
import { SliceCollector } from './slice-collector';

/** The arrays of the format, in the spelling of the envelope. */
const knownKinds: ReadonlySet<string> = new Set([
  'metrics',
  'workouts',
  'stateOfMind',
  'medications',
  'symptoms',
  'cycleTracking',
  'ecg',
  'heartRateNotifications',
]);

/** A member's name as a part of a JSON pointer (RFC 6901), so that no two members share a place. */
function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The object that holds the arrays: the document's own (an old export has them there) or its `data`. */
class EnvelopeFrame implements ScanFrame {
  private name = '';
  /** Where the member stands, as a JSON pointer. */
  private place = '';

  constructor(
    private readonly index: IndexUnderWay,
    private readonly pointer: '' | '/data',
  ) {}

  key(start: number, end: number): void {
    this.name = this.index.parse(start, end) as string;
    this.place = `${this.pointer}/${pointerPart(this.name)}`;
    // A member that comes again takes the place of the first, with all that is in it.
    for (const array of this.index.arrays) {
      if (array.pointer === this.place || array.pointer.startsWith(`${this.place}/`)) array.isReplaced = true;
    }
  }

  open(isArray: boolean): ScanFrame | null {
    if (!isArray) return this.isData() ? new EnvelopeFrame(this.index, '/data') : null;
    if (this.isData()) return null;
    const collector = new SliceCollector(this.index.limits.maxElementBytes);
    const array: EnvelopeArray = {
      kind: this.name,
      pointer: this.place,
      elements: collector.slices,
      strayPositions: [],
      metrics: [],
      isReplaced: false,
    };
    this.index.arrays.push(array);
    return this.name === 'metrics' ? new MetricsFrame(this.index, array) : new ElementsFrame(collector);
  }

  value(start: number, end: number, frame: ScanFrame | null | undefined): void {
    if (frame !== null && frame !== undefined) return;
    const isNull = frame === undefined && this.index.parse(start, end) === null;
    if ((this.isData() || knownKinds.has(this.name)) && !isNull) {
      const wanted = this.isData() ? 'an object' : 'an array';
      throw new ParseFault('not_an_export', `"${this.name}" must be ${wanted}, at byte ${start}.`);
    }
    if (frame !== null) return;
    this.index.assertSmall(start, end);
    this.index.unused.push({ start, end });
  }

  comma(): void {}

  end(): void {}

  private isData(): boolean {
    return this.pointer === '' && this.name === 'data';
  }
}

/** The document: what surrounds its one value. */
export class DocumentFrame implements ScanFrame {
  constructor(private readonly index: IndexUnderWay) {}

  key(): void {}

  open(isArray: boolean): ScanFrame | null {
    return isArray ? null : new EnvelopeFrame(this.index, '');
  }

  value(start: number, end: number, frame: ScanFrame | null | undefined): void {
    if (frame instanceof EnvelopeFrame) return;
    this.index.parse(start, end);
    throw new ParseFault('not_an_export', 'The body is legal JSON, but not an object.');
  }

  comma(): void {}

  end(): void {}
}
