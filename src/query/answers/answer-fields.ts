import { z } from 'zod';

/** An instant in UTC as answers write it. */
export const instant = z.string().meta({ format: 'date-time', examples: ['2026-05-01T12:30:00.000Z'] });

/** A number that may be absent. */
export const number = z.number().nullable();

/** A text that may be absent. */
export const text = z.string().nullable();

/** Whatever else the phone sent. */
export const details = z.record(z.string(), z.unknown());

/** Where else a metric is read. */
export const seeAlso = z
  .array(z.string())
  .optional()
  .meta({
    description:
      'Only there for sleep_analysis: nights and stages are read at these addresses. The metric itself has what was sent ' +
      'as plain numbers, which is mostly nothing.',
  });

/** What every item ends with. */
export const marks = {
  zoneOffsetMinutes: z.int().meta({ description: 'Minutes east of UTC that the phone was in.' }),
  odd: z.literal(true).optional().meta({ description: 'Only there when the value is outside of what is usual.' }),
};

/** One page of a list, under the list's own name. */
export function pageOf<const Name extends string>(name: Name, item: z.ZodType): z.ZodType {
  const nextCursor = text.meta({ description: 'The cursor of the next page; null at the end.' });
  return z.object({ [name]: z.array(item), nextCursor });
}
