import type { ElementSlice } from './export-index';
import type { IndexUnderWay } from './index-under-way';

/**
 * Elements and bytes of a slice. A few hundred samples of some 120 bytes are parsed in well under a millisecond, and
 * larger slices were not faster.
 */
const sliceElements = 256;
const sliceBytes = 64 * 1024;

/** Cuts one array's elements into slices as their edges are seen; each is checked as it is cut, where that is asked. */
export class SliceCollector {
  private start = -1;
  private end = -1;
  private elements = 0;

  constructor(
    private readonly index: IndexUnderWay,
    private readonly slices: ElementSlice[],
    private readonly maxElementBytes: number,
  ) {}

  /** One element, from `start` to before `end`; one that is too large to be built is kept apart. */
  add(start: number, end: number): void {
    if (end - start > this.maxElementBytes) {
      this.cut();
      this.slices.push({ start, end, isTooLarge: true, isReplaced: false });
      return;
    }
    if (this.start < 0) this.start = start;
    this.end = end;
    this.elements++;
  }

  /** A comma between two elements: the only place to cut. */
  comma(): void {
    if (this.elements >= sliceElements || this.end - this.start >= sliceBytes) this.cut();
  }

  /** Ends the slice under way, if there is one. */
  cut(): void {
    if (this.start < 0) return;
    const { start, end } = this;
    this.start = -1;
    this.elements = 0;
    this.index.checkElements(start, end);
    this.slices.push({ start, end, isTooLarge: false, isReplaced: false });
  }

  /** As {@link ScanFrame.keepsFrom}: the slice and the element under way, unless that is too large to be built. */
  keepsFrom(underWay: number, at: number): number {
    if (!this.index.isChecked) return at;
    if (at - underWay > this.maxElementBytes) {
      // It will stand alone, so the slice before it ends here.
      this.cut();
      return at;
    }
    return this.start < 0 ? underWay : this.start;
  }
}
