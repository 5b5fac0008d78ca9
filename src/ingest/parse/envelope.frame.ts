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
  /** A member is under way that has a frame of its own, which keeps what it needs. */
  private isInFrame = false;
  /** The member under way may not be what it is; it is refused at its end, when nothing worse was found inside. */
  private isMisplaced = false;
  private readonly members = new Map<string, EnvelopeArray | EnvelopeFrame>();

  constructor(
    private readonly index: IndexUnderWay,
    private readonly pointer: '' | '/data',
  ) {}

  key(start: number, end: number): void {
    this.name = this.index.parse(start, end) as string;
    const earlier = this.members.get(this.name);
    if (earlier === undefined) return;
    // A member that comes again takes the place of the first, with all that is in it.
    this.members.delete(this.name);
    if (earlier instanceof EnvelopeFrame) earlier.replace();
    else earlier.isReplaced = true;
  }

  open(isArray: boolean): ScanFrame | null {
    if (isArray === this.isData()) {
      this.isMisplaced = this.isData() || knownKinds.has(this.name);
      return null;
    }
    this.isInFrame = true;
    if (!isArray) {
      const data = new EnvelopeFrame(this.index, '/data');
      this.members.set(this.name, data);
      return data;
    }
    const array = this.index.addArray(this.name, `${this.pointer}/${pointerPart(this.name)}`);
    this.members.set(this.name, array);
    if (this.name === 'metrics') return new MetricsFrame(this.index, array);
    const { slices } = this.index.addPart(array, 0);
    return new ElementsFrame(new SliceCollector(this.index, slices, this.index.limits.maxElementBytes));
  }

  value(start: number, end: number): void {
    if (this.isMisplaced) throw this.misplaced(start);
    if (!this.isInFrame) {
      // It is used for nothing but must still be legal, and small enough to find that out.
      const isNull = this.index.parse(start, end) === null;
      if (!isNull && (this.isData() || knownKinds.has(this.name))) throw this.misplaced(start);
    }
    this.isInFrame = false;
  }

  comma(): void {}

  end(): void {}

  keepsFrom(underWay: number, at: number): number {
    if (this.isInFrame || this.isMisplaced) return at;
    this.index.assertSmall(underWay, at);
    return underWay;
  }

  private replace(): void {
    for (const member of this.members.values()) {
      if (!(member instanceof EnvelopeFrame)) member.isReplaced = true;
    }
  }

  private isData(): boolean {
    return this.pointer === '' && this.name === 'data';
  }

  private misplaced(start: number): ParseFault {
    const wanted = this.isData() ? 'an object' : 'an array';
    return new ParseFault('not_an_export', `"${this.name}" must be ${wanted}, at byte ${start}.`);
  }
}

/** The document: what surrounds its one value. */
export class DocumentFrame implements ScanFrame {
  private isEnvelope = false;

  constructor(private readonly index: IndexUnderWay) {}

  key(): void {}

  open(isArray: boolean): ScanFrame | null {
    this.isEnvelope = !isArray;
    return isArray ? null : new EnvelopeFrame(this.index, '');
  }

  value(start: number, end: number): void {
    if (this.isEnvelope) return;
    this.index.parse(start, end);
    throw new ParseFault('not_an_export', 'The body is legal JSON, but not an object.');
  }

  comma(): void {}

  end(): void {}

  keepsFrom(underWay: number, at: number): number {
    if (this.isEnvelope) return at;
    this.index.assertSmall(underWay, at);
    return underWay;
  }
}
