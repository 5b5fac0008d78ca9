import type { BlockCell, ColumnBlock } from '../../catalogue/column-block';
import { isoFromCell } from '../paging/instant-text';

/** Longitude, latitude, and where it is known the altitude in metres: the order of GeoJSON. */
type Position = readonly [number, number] | readonly [number, number, number];

/** A route as a GeoJSON Feature (RFC 7946). */
export interface RouteFeature {
  readonly type: 'Feature';
  /** A line; a point when the route has only one, because a line needs two. */
  readonly geometry:
    | { readonly type: 'LineString'; readonly coordinates: readonly Position[] }
    | { readonly type: 'Point'; readonly coordinates: Position };
  readonly properties: {
    /** The instant of each position, in the order of the line; null where it could not be read. */
    readonly timestamps: readonly (string | null)[];
    /** Whatever else each position came with (speed, course, accuracies), in the same order. */
    readonly columns: Readonly<Record<string, readonly BlockCell[]>>;
  };
}

/** Columns that are in the geometry or the timestamps. */
const placeColumns: ReadonlySet<string> = new Set(['at_ms', 'latitude', 'longitude', 'altitude']);

/** A route as GeoJSON; points without a place are left out of it. Null when no point has one. */
export function toRouteFeature({ rows, columns }: ColumnBlock): RouteFeature | null {
  const placed: number[] = [];
  const coordinates: Position[] = [];
  for (let row = 0; row < rows; row++) {
    const latitude = columns['latitude']?.[row];
    const longitude = columns['longitude']?.[row];
    const altitude = columns['altitude']?.[row];
    if (typeof latitude !== 'number' || typeof longitude !== 'number') continue;
    placed.push(row);
    coordinates.push(typeof altitude === 'number' ? [longitude, latitude, altitude] : [longitude, latitude]);
  }
  const [first] = coordinates;
  if (first === undefined) return null;
  const others = Object.entries(columns).filter(([name]) => !placeColumns.has(name));
  return {
    type: 'Feature',
    geometry: coordinates.length === 1 ? { type: 'Point', coordinates: first } : { type: 'LineString', coordinates },
    properties: {
      timestamps: placed.map((row) => isoFromCell(columns['at_ms']?.[row])),
      columns: Object.fromEntries(others.map(([name, cells]) => [name, placed.map((row) => cells[row] ?? null)])),
    },
  };
}
