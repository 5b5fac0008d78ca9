import type { JsonObject, JsonValue } from '../../../catalogue/json';
import { isJsonObject } from '../../../catalogue/json';
import type { ElementFields } from './element-fields';
import { PointColumns } from './point-columns';
import { routePointShape, seriesPointShape } from './point-shape';
import { readScalar } from './read-scalar';

/** Points of one route, and of all series of one workout: 55 hours of a point a second. */
const maxPoints = 200_000;

/** Series that are never anything else. */
const seriesOnly: ReadonlySet<string> = new Set(['heartRateData', 'heartRateRecovery']);

/** Series that one version of the app sends as a number with its unit. */
const seriesOrScalar: ReadonlySet<string> = new Set([
  'activeEnergy',
  'basalEnergy',
  'stepCount',
  'walkingAndRunningDistance',
  'cyclingCadence',
  'cyclingDistance',
  'cyclingPower',
  'cyclingSpeed',
  'swimDistance',
  'swimStroke',
]);

/** The route and the series of a workout. */
export interface WorkoutPoints {
  /** Column block: `at_ms`, `latitude`, `longitude`, `altitude`, ...; null without points. */
  readonly route: Buffer | null;
  readonly routePoints: number;
  /** Column block of all series, one after another: `series` (its name), `at_ms`, `qty` or `min`, `avg`, `max`, ... */
  readonly series: Buffer | null;
  readonly seriesPoints: number;
  /** How many points of which array are not readable in full; empty when all are. */
  readonly unreadablePoints: JsonObject;
}

/** A field that this module does not know is a series when its elements have a date. */
function isSeries(name: string, value: JsonValue | undefined): value is JsonValue[] {
  if (!Array.isArray(value)) return false;
  if (seriesOnly.has(name) || seriesOrScalar.has(name)) return true;
  const [first] = value;
  return isJsonObject(first) && Object.hasOwn(first, 'date');
}

function isMalformed(name: string, value: JsonValue | undefined): boolean {
  if (value === null || value === undefined || Array.isArray(value)) return false;
  if (name === 'route' || seriesOnly.has(name)) return true;
  return seriesOrScalar.has(name) && readScalar(value) === null;
}

/**
 * Takes the route and the series of a workout; rejects it as `series_malformed` when one of them is no array or they
 * are too large. Points that cannot be read stay in their place as nulls.
 */
export function readWorkoutPoints(
  names: readonly string[],
  fields: ElementFields,
  offsetMinutes: number,
): WorkoutPoints {
  const unreadable = new Map<string, number>();
  const count = (name: string, points: number): unknown => points > 0 && unreadable.set(name, points);
  const route = new PointColumns();
  const series = new PointColumns();
  // Sorted, because the order of the keys must not change the bytes.
  for (const name of [...names].sort()) {
    const value = fields.peek(name);
    if (isMalformed(name, value)) fields.reject('series_malformed');
    const isRoute = name === 'route';
    if (!Array.isArray(value) || !(isRoute || isSeries(name, value))) continue;
    fields.take(name);
    const columns = isRoute ? route : series;
    if (columns.rows + value.length > maxPoints) fields.reject('series_malformed');
    if (fields.reason !== null) break;
    const shape = isRoute ? routePointShape : seriesPointShape;
    count(name, columns.add(value, shape, offsetMinutes, isRoute ? {} : { series: name }));
    if (!columns.isUsable) fields.reject('series_malformed');
  }
  const isKept = fields.reason === null;
  return {
    route: isKept && route.rows > 0 ? route.encode() : null,
    routePoints: route.rows,
    series: isKept && series.rows > 0 ? series.encode() : null,
    seriesPoints: series.rows,
    unreadablePoints: Object.fromEntries(unreadable),
  };
}
