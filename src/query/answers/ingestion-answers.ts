import { z } from 'zod';
import { instant, number, pageOf, text } from './answer-fields';

const count = z.int().nullable();

const ingestionFields = {
  id: z.uuid(),
  status: z.enum(['receiving', 'received', 'stored', 'parked']),
  receivedAt: instant,
  finishedAt: instant.nullable(),
  errorCode: text,
  errorDetail: text,
  received: count,
  stored: count,
  updated: count,
  unchanged: count,
  rejected: count,
  processingMs: number,
  bytes: z.object({ sent: z.int(), body: z.int() }),
  headers: z.object({
    automationName: text,
    automationId: text,
    automationPeriod: text,
    automationAggregation: text,
    sessionId: text,
  }),
};

/** `GET /v1/ingestions` */
export const ingestionsAnswer = pageOf('ingestions', z.object(ingestionFields));

const counts = z.object({
  received: z.int(),
  stored: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  rejected: z.int(),
});

/** `GET /v1/ingestions/{id}` */
export const ingestionAnswer = z.object({
  ...ingestionFields,
  metrics: z.record(z.string(), counts),
  isUnderWay: z.boolean().meta({
    description:
      'Whether it is still to be read and written, for the first time or by a replay. While a replay of what is stored ' +
      'is under way, status, account and finishedAt are those of before.',
  }),
  attempts: z.int(),
  nextAttemptAt: text,
  progress: z
    .object({
      bytesDone: z.int(),
      bytesTotal: z.int(),
      samplesDone: z.int(),
      samplesPerS: number,
      secondsLeft: number,
    })
    .nullable(),
  rejections: z.array(z.object({ path: z.string(), metric: z.string(), reason: z.string() })),
  contentType: z.string(),
  sha256: z.string(),
});
