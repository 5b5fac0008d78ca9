import type { JsonObject } from '../../catalogue/json';
import { ElementsFrame } from './elements.frame';
import type { EnvelopeArray, ExportPart } from './export-index';
import type { IndexUnderWay } from './index-under-way';
import { ParseFault } from './parse-fault';
import type { ScanFrame } from './scan-frame';
import { SliceCollector } from './slice-collector';

/** A metric's text without its samples; its name, its units and what later versions of the app may add. */
const maxHeadBytes = 64 * 1024;

/** One metric object: its samples are indexed, the rest is copied into its head. */
class MetricFrame implements ScanFrame {
  private headText = '';
  private headBytes = 0;
  /** Where the member under way begins, with its key; -1 between two members. */
  private memberStart = -1;
  private isData = false;
  private isInSamples = false;

  constructor(
    private readonly index: IndexUnderWay,
    private readonly part: ExportPart,
    private readonly start: number,
  ) {}

  key(start: number, end: number): void {
    this.memberStart = start;
    // Any other key comes into the head, where it is built with its value.
    this.isData = this.index.isDataKey(start, end);
    if (!this.isData || this.part.slices.length === 0) return;
    // `data` came before; the last one counts. What has been checked need not be known any more.
    if (this.index.isChecked) this.part.slices.length = 0;
    for (const slice of this.part.slices) slice.isReplaced = true;
  }

  open(isArray: boolean): ScanFrame | null {
    if (!this.isData || !isArray) return null;
    this.isInSamples = true;
    return new ElementsFrame(new SliceCollector(this.index, this.part.slices, this.index.limits.maxSampleBytes));
  }

  value(_start: number, end: number): void {
    if (this.isInSamples) {
      // An empty array stands for the samples, so that of two members "data" the last counts here too.
      this.addToHead('"data":[]');
    } else {
      this.assertHeadIsSmall(end - this.memberStart);
      this.headBytes += end - this.memberStart;
      this.index.countText(end - this.memberStart);
      this.addToHead(this.index.text(this.memberStart, end));
    }
    this.memberStart = -1;
    this.isInSamples = false;
  }

  comma(): void {}

  end(): void {
    try {
      this.part.head = JSON.parse(`{${this.headText}}`) as JsonObject;
    } catch {
      // The error of JSON.parse quotes the text, which may hold health values.
      throw new ParseFault('json_malformed', `Not legal JSON: in the head of the metric at byte ${this.start}.`);
    }
  }

  keepsFrom(underWay: number, at: number): number {
    if (this.isInSamples) return at;
    const start = this.memberStart < 0 ? underWay : this.memberStart;
    this.assertHeadIsSmall(at - start);
    return start;
  }

  private addToHead(member: string): void {
    this.headText = this.headText === '' ? member : `${this.headText},${member}`;
  }

  private assertHeadIsSmall(memberBytes: number): void {
    if (this.headBytes + memberBytes <= maxHeadBytes) return;
    throw new ParseFault('json_element_too_large', `The head of the metric at byte ${this.start} is too large.`);
  }
}

/** The array `metrics`. */
export class MetricsFrame implements ScanFrame {
  private position = 0;
  private isInMetric = false;

  constructor(
    private readonly index: IndexUnderWay,
    private readonly array: EnvelopeArray,
  ) {}

  key(): void {}

  open(isArray: boolean, start: number): ScanFrame | null {
    if (isArray) return null;
    this.isInMetric = true;
    return new MetricFrame(this.index, this.index.addPart(this.array, this.position), start);
  }

  value(start: number, end: number): void {
    if (!this.isInMetric) {
      const { slices } = this.index.addPart(this.array, this.position);
      const stray = new SliceCollector(this.index, slices, this.index.limits.maxSampleBytes);
      stray.add(start, end);
      stray.cut();
    }
    this.isInMetric = false;
    this.position++;
    this.index.countMetric();
  }

  comma(): void {}

  end(): void {}

  keepsFrom(underWay: number, at: number): number {
    const isNeeded = this.index.isChecked && !this.isInMetric && at - underWay <= this.index.limits.maxSampleBytes;
    return isNeeded ? underWay : at;
  }
}
