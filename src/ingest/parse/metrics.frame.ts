import { ElementsFrame } from './elements.frame';
import type { EnvelopeArray, MetricIndex } from './export-index';
import type { IndexUnderWay } from './index-under-way';
import { ParseFault } from './parse-fault';
import type { ScanFrame } from './scan-frame';
import { SliceCollector } from './slice-collector';

/** A metric's text without its samples; its name, its units and what later versions of the app may add. */
const maxHeaderBytes = 64 * 1024;

/** One metric object: its samples are indexed, the rest is copied into its header. */
class MetricFrame implements ScanFrame {
  private readonly headerParts: string[] = [];
  private headerBytes = 0;
  private keyStart = 0;
  private isData = false;
  private samples: SliceCollector | null = null;

  constructor(
    private readonly index: IndexUnderWay,
    private readonly metric: MetricIndex,
  ) {}

  key(start: number, end: number): void {
    this.keyStart = start;
    this.isData = this.index.parse(start, end) === 'data';
    if (!this.isData || this.samples === null) return;
    // `data` came before; the last one counts.
    for (const slice of this.samples.slices) this.index.unused.push(slice);
    this.samples = null;
  }

  open(isArray: boolean): ScanFrame | null {
    if (!this.isData || !isArray) return null;
    this.samples = new SliceCollector(this.index.limits.maxSampleBytes);
    return new ElementsFrame(this.samples);
  }

  value(_start: number, end: number, frame: ScanFrame | null | undefined): void {
    if (frame instanceof ElementsFrame) {
      // An empty array stands for the samples, so that of two members "data" the last counts here too.
      this.headerParts.push('"data":[]');
      return;
    }
    this.headerBytes += end - this.keyStart;
    if (this.headerBytes > maxHeaderBytes) {
      throw new ParseFault('json_element_too_large', `A metric's head is too large, at byte ${this.keyStart}.`);
    }
    this.headerParts.push(this.index.text(this.keyStart, end));
  }

  comma(): void {}

  end(): void {
    this.metric.headerText = `{${this.headerParts.join(',')}}`;
    this.metric.samples = this.samples?.slices ?? [];
  }
}

/** The array `metrics`. */
export class MetricsFrame implements ScanFrame {
  private position = 0;

  constructor(
    private readonly index: IndexUnderWay,
    private readonly array: EnvelopeArray,
  ) {}

  key(): void {}

  open(isArray: boolean): ScanFrame | null {
    if (isArray) return null;
    const metric: MetricIndex = { position: this.position, headerText: '', samples: [] };
    this.array.metrics.push(metric);
    return new MetricFrame(this.index, metric);
  }

  value(start: number, end: number, frame: ScanFrame | null | undefined): void {
    if (!(frame instanceof MetricFrame)) {
      const stray = new SliceCollector(this.index.limits.maxSampleBytes);
      stray.add(start, end);
      stray.cut();
      this.array.elements.push(...stray.slices);
      this.array.strayPositions.push(this.position);
    }
    this.position++;
    if (this.position > this.index.limits.maxMetrics) {
      throw new ParseFault('json_too_many_metrics', `More than ${this.index.limits.maxMetrics} metrics in one body.`);
    }
  }

  comma(): void {}

  end(): void {}
}
