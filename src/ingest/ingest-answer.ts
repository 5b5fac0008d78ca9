import { z } from 'zod';

const counts = {
  received: z.int(),
  stored: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  rejected: z.int(),
};

/** `POST /v1/ingest`: the account; `received = stored + updated + unchanged + rejected`, always. */
export const ingestAnswer = z
  .object({
    ingestionId: z.uuid(),
    status: z.string(),
    ...counts,
    metrics: z.record(z.string(), z.object(counts)),
    rejections: z
      .array(z.object({ path: z.string(), metric: z.string(), reason: z.string() }))
      .meta({ description: 'The first 100 of the rejected samples.' }),
    processingMs: z.number(),
  })
  .describe('Committed, with the account of every sample.');

/** A body as the app sends it. */
export const ingestExample = {
  data: {
    metrics: [
      {
        name: 'heart_rate',
        units: 'count/min',
        data: [{ date: '2024-05-01 07:30:00 +0200', Min: 52, Avg: 57.5, Max: 64, source: 'Watch' }],
      },
    ],
  },
};

/** What is answered where the samples are written after the reply: 202. */
export const takenAnswer = z
  .object({ ingestionId: z.uuid(), status: z.string(), statusUrl: z.string() })
  .describe('Its bytes are committed; the statusUrl tells what becomes of its samples.');

/** What is answered to whoever asks for a replay: 202. */
export const replayAnswer = takenAnswer.extend({
  status: z.enum(['received', 'stored']).meta({
    description:
      'As `GET /v1/ingestions/{id}` tells it meanwhile: `stored` of what is stored, `received` of any other.',
  }),
  isUnderWay: z.literal(true).meta({
    description: '`GET /v1/ingestions/{id}` says the same until the replay is over, and false from then on.',
  }),
});
