import type { ExportFamily } from './export-request';

/** How many rows of each family an export has written so far. */
export class ExportAccount {
  private readonly counts: Map<ExportFamily, number>;

  constructor(families: readonly ExportFamily[]) {
    this.counts = new Map(families.map((family) => [family, 0]));
  }

  /** Counts rows that were written. */
  add(family: ExportFamily, rows: number): void {
    this.counts.set(family, (this.counts.get(family) ?? 0) + rows);
  }

  /** All rows. */
  get rows(): number {
    return [...this.counts.values()].reduce((sum, rows) => sum + rows, 0);
  }

  /** What an export ends with: all rows, and those of each family that was asked for. */
  toJSON(): { rows: number; families: Record<string, number> } {
    return { rows: this.rows, families: Object.fromEntries(this.counts) };
  }
}
