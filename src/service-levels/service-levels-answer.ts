import { z } from 'zod';
import { verdicts } from './judge';
import { directions, units } from './promises';
import { maxPoints } from './report';

const judgement = z.object({
  value: z.number().nullable().describe('What was measured; null without measurements.'),
  isLowerBound: z.boolean().describe('True when the figure is beyond `value`, or was never finished.'),
  measurements: z.int().min(0),
  failed: z.int().min(0).describe('Measurements without a good answer, which count as slower than all others.'),
  verdict: z
    .enum(verdicts)
    .describe(
      '`too_few`: beyond the limit, but made of fewer than `leastMeasurements`; `no_data`: nothing was measured.',
    ),
  isGoalReached: z.boolean().nullable().describe('Null where nothing was measured, or too little to tell.'),
  text: z.string().describe('The figure for people.'),
});

const perWindow = <T extends z.ZodType>(schema: T) =>
  z.object({ fiveMinutes: schema, hour: schema, sinceStart: schema });

const promiseAnswer = z.object({
  id: z.string(),
  title: z.string(),
  explanation: z.string(),
  unit: z.enum(units),
  direction: z.enum(directions),
  floor: z
    .number()
    .nullable()
    .describe('What is judged; null where the specification asks for nothing: then the goal.'),
  floorText: z.string(),
  goal: z.number(),
  goalText: z.string(),
  leastMeasurements: z.int().min(0).describe('How many it takes for a figure beyond the limit to break the promise.'),
  leastFailures: z.int().min(0).describe('So many failures break it however few measurements there are.'),
  windows: perWindow(judgement),
  series: z.object({
    stepS: z.int().positive(),
    points: z.array(z.number().nullable()).max(maxPoints).describe('Figures of the last hour at most, oldest first.'),
  }),
});

/** What `GET /v1/service-levels` answers. */
export const serviceLevelsAnswer = z.object({
  scope: z.literal('process').describe('All figures are of the process that answers; each replica has its own.'),
  measuredAt: z.iso.datetime(),
  startedAt: z.iso.datetime(),
  coveredS: perWindow(z.int().min(0)).describe('What the windows cover: less than their names while it is younger.'),
  promises: z.array(promiseAnswer),
});

/** The type of {@link serviceLevelsAnswer}. */
export type ServiceLevelsAnswer = z.infer<typeof serviceLevelsAnswer>;
