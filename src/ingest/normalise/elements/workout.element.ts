import { builtInCatalogue } from '../../../catalogue/catalogue';
import { workoutFamily } from '../../../catalogue/families';
import { SampleFlag } from '../../../catalogue/family';
import { isJsonObject, type JsonValue } from '../../../catalogue/json';
import type { MetricDefinition } from '../../../catalogue/metric-definition';
import { isUuid, uuidV5 } from '../../../common/uuid';
import type { ElementNormaliser } from '../element-normaliser';
import { ElementFields } from './element-fields';
import { readDetails } from './read-details';
import { readScalar, toCanonicalScalar } from './read-scalar';
import { workoutDetails } from './workout-details';
import { readWorkoutPoints } from './workout-points';

/** What a workout without a name is called. */
const unnamed = 'Workout';

function definitionOf(name: string): MetricDefinition {
  const definition = builtInCatalogue.find(name);
  if (definition === undefined) throw new Error(`the catalogue has no ${name}`);
  return definition;
}

const energy = definitionOf('active_energy');
const distance = definitionOf('walking_running_distance');
const heartRate = definitionOf('heart_rate');

/**
 * The first of the values that is a scalar, in the metric's unit. NaN where something was sent that cannot be the
 * column's value; null where nothing was, or it is in a unit that is not one of the metric's.
 */
function readColumn(definition: MetricDefinition, ...values: readonly (JsonValue | undefined)[]): number | null {
  const sent = values.filter((value) => value !== undefined && value !== null && !Array.isArray(value));
  if (sent.length === 0) return null;
  const scalar = sent.map(readScalar).find((each) => each !== null);
  return scalar === undefined ? Number.NaN : toCanonicalScalar(scalar ?? null, definition);
}

/** Seconds; NaN where something was sent that is no duration. */
function readDurationS(fields: ElementFields): number | null {
  const value = fields.peek('duration') ?? null;
  if (value === null) return null;
  const isDuration = typeof value === 'number' && Number.isFinite(value) && value >= 0;
  return isDuration ? (fields.take('duration') as number) : Number.NaN;
}

/** The id of a workout of a history, until the app sends it: other than any that the app's own workouts have. */
export function archivedWorkoutId(startAtMs: number, endAtMs: number, source: string): string {
  return uuidV5('archived_workout', startAtMs, endAtMs, source);
}

function workoutId(id: string | null, startAtMs: number, endAtMs: number, source: string, isArchive: boolean): string {
  if (isArchive) return archivedWorkoutId(startAtMs, endAtMs, source);
  if (id === null) return uuidV5('workout', startAtMs, endAtMs, source);
  return isUuid(id) ? id.toLowerCase() : uuidV5('workout', id);
}

/**
 * Reads a workout of either version of the app with its route and series, as one unit.
 *
 * The same by the app's `id` (v2), else by start, end and source (v1), never by its name, which is localised. A number
 * of a column that is none, or impossible for it (a heart rate of 0), leaves the column NULL and flags the row as odd;
 * a workout is not lost for it. Every number is in the details too, as sent. A duration that was not sent is the span.
 */
export const readWorkout: ElementNormaliser = (element, payload) => {
  const fields = new ElementFields(element, payload.context);
  const start = fields.instant('start');
  const end = fields.instant('end');
  const source = fields.source('source');
  const name = fields.text('name') ?? unnamed;
  const location = fields.text('location');
  const sentId = fields.text('id');
  if (sentId !== null && !isUuid(sentId)) fields.keep('id');
  if (fields.reason !== null) return fields.reason;
  if (start === null || end === null) return 'date_missing';
  if (end.atMs < start.atMs) return 'end_before_start';

  const isIndoor = typeof fields.peek('isIndoor') === 'boolean' ? (fields.take('isIndoor') as boolean) : null;
  const durationS = readDurationS(fields);
  const rates = fields.peek('heartRate');
  const { min, avg, max } = isJsonObject(rates) ? rates : {};
  const numbers = {
    duration_s: durationS,
    active_energy_kcal: readColumn(energy, fields.peek('activeEnergyBurned'), fields.peek('activeEnergy')),
    total_energy_kcal: readColumn(energy, fields.peek('totalEnergy')),
    distance_km: readColumn(distance, fields.peek('distance')),
    min_heart_rate: readColumn(heartRate, min),
    avg_heart_rate: readColumn(heartRate, avg, fields.peek('avgHeartRate')),
    max_heart_rate: readColumn(heartRate, max, fields.peek('maxHeartRate')),
  };
  const lowest = numbers.min_heart_rate ?? Number.NEGATIVE_INFINITY;
  const highest = numbers.max_heart_rate ?? Number.POSITIVE_INFINITY;
  const isOdd = lowest > highest || Object.values(numbers).some((value) => Number.isNaN(value));

  const points = readWorkoutPoints(Object.keys(element), fields, start.offsetMinutes);
  if (fields.reason !== null) return fields.reason;
  const details = readDetails(workoutDetails(fields.rest(), points.unreadablePoints));
  if (typeof details === 'string') return details;
  payload.batch(workoutFamily).append({
    ...numbers,
    id: workoutId(sentId, start.atMs, end.atMs, source, payload.context.isArchive === true),
    name,
    source,
    started_at: start.atMs,
    ended_at: end.atMs,
    duration_s: durationS === null || Number.isNaN(durationS) ? (end.atMs - start.atMs) / 1_000 : durationS,
    location,
    is_indoor: isIndoor,
    details: details.json,
    route: points.route,
    route_points: points.routePoints,
    series: points.series,
    series_points: points.seriesPoints,
    zone_offset_minutes: start.offsetMinutes,
    flags: isOdd ? SampleFlag.odd : 0,
  });
  return null;
};
