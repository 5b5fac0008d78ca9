import { healthKitQuantities } from '../../catalogue/health-kit-quantities';
import type { JsonObject, JsonValue } from '../../catalogue/json';
import { readDecimal } from './quantity-rows';
import { attributeOf, type XmlElement } from './xml-element';

/** Events and activities that are kept of one workout; a swim of hours has some hundred laps. */
const maxParts = 2_000;

const secondsByUnit: Readonly<Record<string, number>> = { s: 1, sec: 1, min: 60, hr: 3_600, h: 3_600 };

/** Sums under the names that the app gives them; `distance` is of any way of getting on. */
const sumNames: Readonly<Record<string, string>> = {
  HKQuantityTypeIdentifierActiveEnergyBurned: 'activeEnergyBurned',
  HKQuantityTypeIdentifierStepCount: 'stepCount',
  HKQuantityTypeIdentifierSwimmingStrokeCount: 'totalSwimmingStrokeCount',
  HKQuantityTypeIdentifierFlightsClimbed: 'flightsClimbed',
};

function scalar(value: string, units: string): JsonObject | null {
  const qty = readDecimal(value);
  return Number.isFinite(qty) ? { qty, units } : null;
}

/** A metadata value with its unit: `5.1 kcal/hr·kg`. */
function scalarOfText(text: string | undefined): JsonObject | null {
  const [value = '', units = ''] = text?.split(' ', 2) ?? [];
  return units === '' ? null : scalar(value, units);
}

function namedChildren(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

function metadataOf(workout: XmlElement): Record<string, string> {
  const entries = namedChildren(workout, 'MetadataEntry');
  return Object.fromEntries(entries.map((entry) => [attributeOf(entry, 'key'), attributeOf(entry, 'value')]));
}

function statisticName(type: string): string {
  const known = healthKitQuantities.get(type);
  const name = known?.name ?? type.replace(/^HKQuantityTypeIdentifier/, '');
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The statistics of a workout as the app's scalars; what the app has no name for is called by what it says. */
function readStatistics(workout: XmlElement): Record<string, JsonValue> {
  const found: Record<string, JsonValue> = Object.create(null);
  for (const statistic of namedChildren(workout, 'WorkoutStatistics')) {
    const type = attributeOf(statistic, 'type');
    const value = (key: string): JsonObject | null =>
      scalar(attributeOf(statistic, key), attributeOf(statistic, 'unit'));
    if (type === 'HKQuantityTypeIdentifierHeartRate') {
      found['heartRate'] = { min: value('minimum'), avg: value('average'), max: value('maximum') };
      continue;
    }
    const sum = value('sum');
    const isDistance = type.startsWith('HKQuantityTypeIdentifierDistance');
    if (sum !== null) found[isDistance ? 'distance' : (sumNames[type] ?? statisticName(type))] = sum;
    for (const [key, suffix] of [
      ['average', 'Avg'],
      ['minimum', 'Min'],
      ['maximum', 'Max'],
    ] as const) {
      const part = value(key);
      if (part !== null) found[`${statisticName(type)}${suffix}`] = part;
    }
  }
  return found;
}

function readParts(workout: XmlElement): Record<string, JsonValue> {
  const events = namedChildren(workout, 'WorkoutEvent').map(({ attributes }) => ({
    type: (attributes['type'] ?? '').replace(/^HKWorkoutEventType/, ''),
    // Not `date`: what has one is a point of a series.
    start: attributes['date'] ?? '',
    ...(attributes['duration'] === undefined ? {} : { duration: attributes['duration'] }),
    ...(attributes['durationUnit'] === undefined ? {} : { durationUnit: attributes['durationUnit'] }),
  }));
  const activities = namedChildren(workout, 'WorkoutActivity').map(({ attributes }): JsonObject => ({ ...attributes }));
  return {
    ...(events.length === 0 ? {} : { events: events.slice(0, maxParts) }),
    ...(activities.length === 0 ? {} : { activities: activities.slice(0, maxParts) }),
  };
}

/** The paths of the files with a workout's route, as the export names them. */
export function routePaths(workout: XmlElement): string[] {
  return namedChildren(workout, 'WorkoutRoute').flatMap((route) =>
    namedChildren(route, 'FileReference').map((reference) => attributeOf(reference, 'path')),
  );
}

/**
 * A `Workout` in the form of the app, without an id, which Apple's export does not have: so that the same reader
 * understands it. `route` are its points, none where there are none.
 *
 * Older exports have the totals as attributes, newer ones as statistics, which go before.
 */
export function workoutJson(workout: XmlElement, route: readonly JsonObject[]): JsonObject {
  const metadata = metadataOf(workout);
  const statistics = readStatistics(workout);
  const attribute = (name: string): string => attributeOf(workout, name);
  const duration =
    readDecimal(attribute('duration')) * (secondsByUnit[attribute('durationUnit') || 'min'] ?? Number.NaN);
  const totals = {
    distance: scalar(attribute('totalDistance'), attribute('totalDistanceUnit')),
    activeEnergyBurned: scalar(attribute('totalEnergyBurned'), attribute('totalEnergyBurnedUnit')),
    intensity: scalarOfText(metadata['HKAverageMETs']),
    elevationUp: scalarOfText(metadata['HKElevationAscended']),
    elevationDown: scalarOfText(metadata['HKElevationDescended']),
  };
  const isIndoor = metadata['HKIndoorWorkout'];
  return {
    ...Object.fromEntries(Object.entries(totals).filter(([, value]) => value !== null)),
    ...statistics,
    ...readParts(workout),
    name: activityName(attribute('workoutActivityType')),
    start: attribute('startDate'),
    end: attribute('endDate'),
    source: attribute('sourceName'),
    ...(Number.isFinite(duration) ? { duration } : {}),
    ...(isIndoor === undefined ? {} : { isIndoor: isIndoor === '1' }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    ...(route.length === 0 ? {} : { route: [...route] }),
  };
}

/** `HKWorkoutActivityTypeTraditionalStrengthTraining` as `Traditional Strength Training`. */
function activityName(type: string): string {
  return type.replace(/^HKWorkoutActivityType/, '').replace(/([a-z])([A-Z])/g, '$1 $2');
}
