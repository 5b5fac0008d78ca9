import { z } from 'zod';
import { Granularity } from '../../catalogue/granularity';
import { normaliseSource } from '../../catalogue/normalise-source';
import { parseQueryInstant } from './parse-query-instant';

/**
 * Longest cursor taken: the longest key (a source and a stage of 1,000 bytes each), with six characters of JSON for a
 * control character, in base64url. The headers of a request can hold it.
 */
const maxCursorLength = 12_288;

/** Longest unit taken, which is the longest that is stored. */
const maxUnitLength = 200;

/**
 * One parameter of a query string, given once.
 *
 * `shown` is what the API document says of it beside that.
 *
 * `expects` completes the sentence "NAME must be …"; `read` returns undefined for a text that is not that.
 */
export function parameter<T>(
  expects: string,
  read: (text: string) => T | undefined,
  shown: Record<string, unknown> = {},
) {
  const parsed = z.string({ error: expects }).transform((text, context): T => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: expects });
    return z.NEVER;
  });
  return parsed.meta({ description: `${expects.charAt(0).toUpperCase()}${expects.slice(1)}.`, ...shown });
}

/** A word of a closed list. */
export function choiceParameter<const T extends string>(choices: readonly T[]) {
  return parameter(`one of ${choices.join(', ')}`, (text) => choices.find((choice) => choice === text), {
    enum: [...choices],
    examples: [choices[0]],
  });
}

/** Words of a closed list, separated by commas; given back once each, in the order of the list. */
export function choicesParameter<const T extends string>(choices: readonly T[]) {
  return parameter(
    `one or more of ${choices.join(', ')}, separated by commas`,
    (text) => {
      const words = new Set(text.split(',').map((word) => word.trim()));
      const chosen = choices.filter((choice) => words.has(choice));
      return chosen.length > 0 && chosen.length === words.size ? chosen : undefined;
    },
    { examples: [choices.slice(0, 2).join(',')] },
  );
}

function limitParameter(defaultRows: number, maxRows: number) {
  return parameter(
    `a whole number from 1 to ${maxRows}`,
    (text) => {
      const rows = /^\d{1,9}$/.test(text) ? Number(text) : 0;
      return rows >= 1 && rows <= maxRows ? rows : undefined;
    },
    { type: 'integer', minimum: 1, maximum: maxRows, examples: [10] },
  ).default(defaultRows);
}

/** A unit as answers show it; empty for samples that came without one. */
export const unitParameter = parameter(`a unit as answers show it, ${maxUnitLength} characters at most`, (text) =>
  text.length <= maxUnitLength ? text : undefined,
);

/** A source, brought into the spelling in which sources are stored; empty for samples that came without one. */
export const sourceParameter = parameter('a source as samples show it, 1000 bytes at most', (text) => {
  const source = normaliseSource(text);
  return typeof source === 'string' ? undefined : source.text;
});

/** What one sample covers, by its name. */
export const granularityParameter = choiceParameter(Object.keys(Granularity) as (keyof typeof Granularity)[]).transform(
  (name) => Granularity[name],
);

function instantParameter(example: string, meaning: string) {
  const expects = 'a date or time of ISO 8601, in the years 1 to 9999';
  const description = `${meaning}: ${expects}. A date is its midnight.`;
  return parameter(expects, parseQueryInstant, { description, examples: [example] });
}

/** A range of time, `from` inclusive to `to` exclusive; what is absent is not bounded. */
export const rangeParameters = {
  from: instantParameter('2024-05-01', 'Where the range begins, inclusive').optional(),
  to: instantParameter('2024-05-02T00:00:00Z', 'Where the range ends, exclusive').optional(),
};

/**
 * Paging for rows that there are many of (samples, segments): up to 10,000 a page.
 *
 * A page of 10,000 samples is some 1.5 MB of JSON, made in some 50 ms.
 */
export const samplePageParameters = {
  limit: limitParameter(1000, 10_000),
  cursor: parameter('the nextCursor of an answer, as it was', readCursorText).optional(),
  order: choiceParameter(['asc', 'desc']).default('asc'),
};

/** Paging for things with many fields (nights, workouts, events, recordings, ingestions): up to 1,000 a page. */
export const thingPageParameters = { ...samplePageParameters, limit: limitParameter(100, 1000) };

function readCursorText(text: string): string | undefined {
  return text.length <= maxCursorLength && /^[\w-]+$/.test(text) ? text : undefined;
}
