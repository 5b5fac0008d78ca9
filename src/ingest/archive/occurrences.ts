/** Instants looked back at, at least; samples of one instant lie near each other in an export. */
const maxInstants = 4_096;

/** Different sources told apart, so that a source and an instant in ms fit into one number below 2^53. */
const maxSources = 2_048;

/**
 * Tells apart the samples of one metric that have the same source and instant: several things eaten at 12:00 are
 * several samples, of which a sum must count each.
 *
 * Memory: bounded, see the constants; what lies further apart is taken for the same sample.
 */
export class Occurrences {
  private readonly sources = new Map<string, number>();
  private recent = new Map<number, number>();
  private older = new Map<number, number>();

  /** How many samples of this source and instant came before this one. */
  next(source: string, atMs: number): number {
    let id = this.sources.get(source);
    if (id === undefined) {
      if (this.sources.size === maxSources) this.clear();
      id = this.sources.size;
      this.sources.set(source, id);
    }
    const key = atMs * maxSources + id;
    const before = this.recent.get(key) ?? this.older.get(key) ?? 0;
    if (this.recent.size === maxInstants) {
      this.older = this.recent;
      this.recent = new Map();
    }
    this.recent.set(key, before + 1);
    return before;
  }

  private clear(): void {
    this.sources.clear();
    this.recent.clear();
    this.older.clear();
  }
}
