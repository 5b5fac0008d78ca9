import type { ScanFrame } from './scan-frame';
import type { SliceCollector } from './slice-collector';

/** An array whose elements are built one by one: samples, workouts, symptoms, … */
export class ElementsFrame implements ScanFrame {
  constructor(private readonly collector: SliceCollector) {}

  key(): void {}

  open(): null {
    return null;
  }

  value(start: number, end: number): void {
    this.collector.add(start, end);
  }

  comma(): void {
    this.collector.comma();
  }

  end(): void {
    this.collector.cut();
  }

  keepsFrom(underWay: number, at: number): number {
    return this.collector.keepsFrom(underWay, at);
  }
}
