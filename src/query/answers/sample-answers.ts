import { z } from 'zod';
import { details, instant, marks, number, seeAlso, text } from './answer-fields';

/** `GET /v1/metrics` */
export const metricListAnswer = z.object({
  metrics: z.array(
    z.object({
      name: z.string(),
      unit: z.string(),
      kind: z.enum(['sum', 'average', 'latest', 'max']).optional(),
      count: z.int(),
      firstAt: instant,
      lastAt: instant,
      seeAlso,
    }),
  ),
});

const sample = z.object({
  recordedAt: instant,
  value: z.number(),
  min: number,
  max: number,
  systolic: z.number().optional(),
  diastolic: z.number().optional(),
  source: z.string(),
  granularity: z.enum(['raw', 'minute', 'hour', 'day', 'week', 'month', 'year']),
  context: z.string().optional(),
  details: details.optional(),
  ...marks,
});

/** `GET /v1/metrics/{name}` */
export const samplesAnswer = z.object({
  metric: z.string(),
  unit: z.string(),
  seeAlso,
  samples: z.array(sample),
  nextCursor: text,
});
