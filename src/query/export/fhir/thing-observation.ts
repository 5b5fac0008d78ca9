import { loincCodes } from '../../../catalogue/fhir-codes';
import type { EcgAnswer } from '../../ecg/find-ecg';
import type { ThingFamily } from '../export-request';
import type { ExportedThings } from '../thing-tables';
import { absent, category, concept, fhirText, loincCoding, ownCoding, part, quantity } from './fhir-elements';
import { fhirPeriod } from './fhir-instant';
import type { ObservationParts } from './observation';

interface Timed {
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly zoneOffsetMinutes: number;
}

function period({ startedAt, endedAt, zoneOffsetMinutes }: Timed): object {
  const endMs = endedAt === null ? null : Date.parse(endedAt);
  return { effectivePeriod: fhirPeriod(Date.parse(startedAt), endMs, zoneOffsetMinutes) };
}

function components(parts: readonly object[]): object {
  return parts.length === 0 ? {} : { component: parts };
}

function textValue(value: string | null): object {
  const text = value === null ? undefined : fhirText(value);
  return text === undefined ? absent : { valueString: text };
}

function textPart(name: string, value: string | null): object[] {
  const text = value === null ? undefined : fhirText(value);
  return text === undefined ? [] : [{ code: concept(ownCoding('part', name)), valueString: text }];
}

function hours(name: string, value: number | null): object[] {
  return part(ownCoding('part', name), value, 'h', 'h');
}

function curvePart({ voltages, samplingHz }: EcgAnswer): object[] {
  const isTold = voltages !== null && voltages.unit === 'mcV' && samplingHz !== null && samplingHz > 0;
  if (!isTold || voltages.values.length === 0) return [];
  return [
    {
      code: concept(ownCoding('part', 'voltages')),
      valueSampledData: {
        origin: quantity(0, 'uV', 'uV'),
        period: 1000 / samplingHz,
        dimensions: 1,
        // FHIR's letter for a value that is not known.
        data: voltages.values.map((value) => (typeof value === 'number' ? value : 'E')).join(' '),
      },
    },
  ];
}

/** How each family of things is told in FHIR. What has no place in an observation (routes, series, details) is left out. */
const observationOf: {
  readonly [Family in ThingFamily]: (thing: ExportedThings[Family]) => Pick<ObservationParts, 'key' | 'body'>;
} = {
  sleep_night: (night) => ({
    key: [night.id],
    body: {
      ...category('activity'),
      code: concept([...loincCoding([loincCodes.sleepDuration]), ...ownCoding('thing', 'sleep_night')]),
      ...period(night),
      ...(night.totalSleepHours === null ? absent : { valueQuantity: quantity(night.totalSleepHours, 'h', 'h') }),
      ...components([
        ...hours('asleep', night.asleepHours),
        ...hours('core', night.coreHours),
        ...hours('deep', night.deepHours),
        ...hours('rem', night.remHours),
        ...hours('awake', night.awakeHours),
        ...hours('in_bed', night.inBedHours),
      ]),
    },
  }),
  sleep_segment: (segment) => ({
    key: [segment.startedAt, segment.endedAt, segment.stage, segment.source],
    body: {
      ...category('activity'),
      code: concept(ownCoding('thing', 'sleep_segment')),
      ...period(segment),
      valueCodeableConcept: concept(ownCoding('sleep-stage', segment.stage), segment.stage),
    },
  }),
  workout: (workout) => ({
    key: [workout.id],
    body: {
      ...category('activity'),
      code: concept([...loincCoding([loincCodes.exercise]), ...ownCoding('thing', 'workout')], workout.name),
      ...period(workout),
      ...components([
        ...part(loincCoding([loincCodes.exerciseDuration]), workout.durationS, 's', 's'),
        ...part(loincCoding([loincCodes.energyBurned]), workout.activeEnergyKcal, 'kcal', 'kcal'),
        ...part(ownCoding('part', 'distance'), workout.distanceKm, 'km', 'km'),
        ...part(ownCoding('part', 'minimum_heart_rate'), workout.minHeartRate, '/min', '/min'),
        ...part(loincCoding([loincCodes.heartRate]), workout.avgHeartRate, '/min', '/min'),
        ...part(ownCoding('part', 'maximum_heart_rate'), workout.maxHeartRate, '/min', '/min'),
      ]),
    },
  }),
  event: (event) => ({
    key: [event.id],
    body: {
      code: concept(ownCoding('event', event.kind), event.name),
      ...period(event),
      ...textValue(event.value),
    },
  }),
  ecg: (ecg) => ({
    key: [ecg.id],
    body: {
      code: concept([...loincCoding([loincCodes.ecg]), ...ownCoding('thing', 'ecg')]),
      ...period(ecg),
      ...textValue(ecg.classification),
      ...components([
        ...textPart('severity', ecg.severity),
        ...part(loincCoding([loincCodes.heartRate]), ecg.averageHeartRate, '/min', '/min'),
        ...curvePart(ecg),
      ]),
    },
  }),
};

/** A thing as an observation. */
export function thingObservation<Family extends ThingFamily>(
  family: Family,
  thing: ExportedThings[Family],
): ObservationParts {
  const { key, body } = observationOf[family](thing);
  return { key: [family, ...key], source: thing.source, body };
}
