import type { BlockCell, ColumnBlock } from '../../catalogue/column-block';
import { isoFromCell } from '../paging/instant-text';

/** One point of a series: its instant, and what it was sent with (`qty` or `min`, `avg`, `max`; `units`, `source`). */
export interface SeriesPoint {
  /** Null where it could not be read. */
  readonly recordedAt: string | null;
  readonly [field: string]: BlockCell;
}

/** The points of each series of a workout, in the order sent. */
export function toSeries({ rows, columns }: ColumnBlock): Record<string, SeriesPoint[]> {
  const fields = Object.entries(columns).filter(([name]) => name !== 'series' && name !== 'at_ms');
  const byName = new Map<string, SeriesPoint[]>();
  for (let row = 0; row < rows; row++) {
    const name = String(columns['series']?.[row]);
    const cells = fields.flatMap(([field, column]) => {
      const cell = column[row] ?? null;
      return cell === null ? [] : [[field, cell] as const];
    });
    // A field may be called whatever a phone sends, `__proto__` too: fromEntries makes it a field like any other.
    const point = { ...Object.fromEntries(cells), recordedAt: isoFromCell(columns['at_ms']?.[row]) };
    const points = byName.get(name);
    if (points === undefined) byName.set(name, [point]);
    else points.push(point);
  }
  return Object.fromEntries(byName);
}
