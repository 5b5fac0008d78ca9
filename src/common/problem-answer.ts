import { z } from 'zod';

/** The body of every answer that is not a success; made by `write-problem.ts`. */
export const problemAnswer = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string().meta({ description: 'Stable: may be branched on.' }),
  detail: z.string(),
  requestId: z.string(),
});
