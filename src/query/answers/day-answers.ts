import { z } from 'zod';
import { instant, number, seeAlso, text } from './answer-fields';
import { samplesAnswer } from './sample-answers';

const pressure = number.optional();

const bucket = z.object({
  start: z.string().meta({ description: 'Its first date; of an hour its beginning.' }),
  value: number,
  systolic: pressure,
  diastolic: pressure,
  min: number,
  max: number,
  samples: z.int(),
  lastAt: text,
  source: text,
});

const agg = z.enum(['sum', 'avg', 'latest', 'min', 'max']);
const buckets = { metric: z.string(), unit: z.string(), agg, seeAlso, buckets: z.array(bucket) };

/** `GET /v1/metrics/{name}`: samples, or buckets where `bucket` asks for them. */
export const metricAnswer = z.union([
  samplesAnswer,
  z.object({ ...buckets, bucket: z.string(), tz: z.string(), nextCursor: text }),
]);

/** `GET /v1/series` */
export const seriesAnswer = z.object({
  bucket: z.string(),
  tz: z.string(),
  series: z.array(z.object(buckets)),
  nextCursor: text,
});

const sleep = z.object({
  basis: z.enum(['night', 'stages']),
  source: z.string(),
  startedAt: instant,
  endedAt: instant,
  zoneOffsetMinutes: z.int(),
  totalHours: number,
  reportedHours: number.meta({ description: 'What was sent as the total where that cannot be true.' }),
  coreHours: number,
  deepHours: number,
  remHours: number,
  asleepHours: number,
  awakeHours: number,
  inBedHours: number,
  stages: z.array(z.object({ stage: z.string(), startedAt: instant, endedAt: instant })).optional(),
});

const sleepOfDay = { night: sleep.nullable(), naps: z.array(sleep) };

/** `GET /v1/sleep/days` */
export const sleepDaysAnswer = z.object({ days: z.array(z.object({ date: z.iso.date(), ...sleepOfDay })) });

const { start: _, ...value } = bucket.shape;
const group = z.record(z.string(), z.object({ ...value, unit: z.string(), agg }));

const day = z.object({
  date: z.iso.date(),
  activity: group,
  heart: group,
  respiratory: group,
  body: group,
  nutrition: group,
  other: group,
  sleep: z.object(sleepOfDay).nullable(),
  workouts: z.array(
    z.object({
      id: z.uuid(),
      name: z.string(),
      source: z.string(),
      startedAt: z.string(),
      durationS: number,
      activeEnergyKcal: number,
      distanceKm: number,
      avgHeartRate: number,
    }),
  ),
});

/** `GET /v1/summary`: one day, or `days` of a range. */
export const summaryAnswer = z.union([day, z.object({ days: z.array(day) })]);

/** A thing as its own list shows it. */
const thing = z.record(z.string(), z.unknown());

/** `GET /v1/recent` */
export const recentAnswer = z.object({
  metrics: z.array(
    z.object({
      metric: z.string(),
      unit: z.string(),
      value: z.number(),
      diastolic: z.number().optional(),
      recordedAt: instant,
      source: z.string(),
    }),
  ),
  night: thing.nullable(),
  workout: thing.nullable(),
  ecg: thing.nullable(),
  events: z.array(thing),
});

/** `GET` and `PUT /v1/sources` */
export const sourcesAnswer = z.object({ priority: z.array(z.string()), sources: z.array(z.string()) });
