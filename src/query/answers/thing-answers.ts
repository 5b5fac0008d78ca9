import { z } from 'zod';
import { details, instant, marks, number, pageOf, text } from './answer-fields';

const maybeInstant = instant.nullable();
const id = z.uuid();
const cells = z.record(z.string(), z.array(z.union([z.number(), z.string(), z.null()])));

/** `GET /v1/sleep` */
export const nightsAnswer = pageOf(
  'nights',
  z.object({
    id,
    wakeDate: z.iso.date(),
    source: z.string(),
    startedAt: instant,
    endedAt: instant,
    sleepStartAt: maybeInstant,
    sleepEndAt: maybeInstant,
    inBedStartAt: maybeInstant,
    inBedEndAt: maybeInstant,
    totalSleepHours: number,
    asleepHours: number,
    coreHours: number,
    deepHours: number,
    remHours: number,
    awakeHours: number,
    inBedHours: number,
    ...marks,
  }),
);

/** `GET /v1/sleep/segments` */
export const segmentsAnswer = pageOf(
  'segments',
  z.object({ startedAt: instant, endedAt: instant, stage: z.string(), source: z.string(), ...marks }),
);

const workoutFields = {
  id,
  name: z.string(),
  source: z.string(),
  startedAt: instant,
  endedAt: instant,
  durationS: number,
  location: text,
  isIndoor: z.boolean().nullable(),
  activeEnergyKcal: number,
  totalEnergyKcal: number,
  distanceKm: number,
  minHeartRate: number,
  avgHeartRate: number,
  maxHeartRate: number,
  routePoints: z.int(),
  seriesPoints: z.int(),
  ...marks,
};

/** `GET /v1/workouts` */
export const workoutsAnswer = pageOf('workouts', z.object(workoutFields));

const position = z.array(z.number()).min(2).max(3);
const route = z
  .object({
    type: z.literal('Feature'),
    geometry: z.union([
      z.object({ type: z.literal('LineString'), coordinates: z.array(position) }),
      z.object({ type: z.literal('Point'), coordinates: position }),
    ]),
    properties: z.object({ timestamps: z.array(maybeInstant), columns: cells }),
  })
  .meta({ description: 'GeoJSON (RFC 7946).' });

const seriesPoint = z
  .object({ recordedAt: maybeInstant })
  .catchall(z.union([z.number(), z.string(), z.null()]))
  .meta({ description: 'What the phone sent with the point: `qty`, or `min`, `avg` and `max`; `units`, `source`.' });

/** `GET /v1/workouts/{id}` */
export const workoutAnswer = z.object({
  ...workoutFields,
  details,
  route: route.nullable(),
  series: z.record(z.string(), z.array(seriesPoint)),
});

/** `GET /v1/events` */
export const eventsAnswer = pageOf(
  'events',
  z.object({
    id,
    kind: z.string(),
    name: z.string(),
    source: z.string(),
    startedAt: instant,
    endedAt: maybeInstant,
    value: text,
    details,
    ...marks,
  }),
);

const ecgFields = {
  id,
  source: z.string(),
  startedAt: instant,
  endedAt: maybeInstant,
  classification: text,
  severity: text,
  averageHeartRate: number,
  samplingHz: number,
  voltageCount: z.int(),
  ...marks,
};

/** `GET /v1/ecg` */
export const ecgListAnswer = pageOf('ecg', z.object(ecgFields));

/** `GET /v1/ecg/{id}` */
export const ecgAnswer = z.object({
  ...ecgFields,
  details,
  voltages: z
    .object({
      unit: text,
      values: z.array(z.union([z.number(), z.string(), z.null()])),
      offsetsMs: z.array(number),
      columns: cells,
    })
    .nullable(),
});
