/** Measurements in a row that must say the same before it is believed: a single pause is no overload. */
const inARow = 2;

/** A limit on something that is measured again and again, with hysteresis: exceeded above it, and until below its half. */
export class Threshold {
  private exceeded = false;
  private contrary = 0;

  constructor(private readonly limit: number) {}

  get isExceeded(): boolean {
    return this.exceeded;
  }

  /** Takes in the next measurement. */
  note(value: number): void {
    const isContrary = this.exceeded ? value < this.limit / 2 : value > this.limit;
    this.contrary = isContrary ? this.contrary + 1 : 0;
    if (this.contrary < inARow) return;
    this.exceeded = !this.exceeded;
    this.contrary = 0;
  }
}
