/**
 * One sample as `COPY` writes it: numbers stay the text that PostgreSQL gave them, which is the shortest that reads back
 * as the same double and is JSON and CSV as it stands.
 */
export interface CopiedSample {
  /** ISO 8601 in UTC, to the microsecond where there is one: `2026-05-01T12:30:00Z`. */
  readonly recordedAt: string;
  readonly source: string;
  /** The code of `src/catalogue/granularity.ts`. */
  readonly granularity: number;
  /** Empty where nothing tells readings of one instant apart. */
  readonly context: string;
  /** The value; of blood pressure the systolic one. */
  readonly value: string;
  /** Null when a single number was sent; of blood pressure the diastolic one. */
  readonly min: string | null;
  readonly max: string | null;
  /** A JSON object. */
  readonly details: string | null;
  readonly zoneOffsetMinutes: string;
  readonly flags: number;
}

/** The columns that {@link parseCopiedSamples} expects, in this order. */
export const copiedColumns = [
  'recorded_at',
  'source',
  'granularity',
  'context',
  'value',
  'min',
  'max',
  'details',
  'zone_offset_minutes',
  'flags',
] as const;

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A field of COPY's text format; null is `\N`. Source: PostgreSQL's manual, COPY, "Text Format". */
export function unescapeField(field: string): string | null {
  if (field === '\\N') return null;
  return field.includes('\\') ? field.replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter) : field;
}

/** `2026-05-01 12:30:00.5+00`, as PostgreSQL writes an instant in a session whose zone is UTC, as ISO 8601. */
function isoFromCopied(instant: string): string {
  return `${instant.slice(0, 10)}T${instant.slice(11, -3)}Z`;
}

/** Whole lines of COPY's text format as samples. */
export function parseCopiedSamples(lines: string): CopiedSample[] {
  const samples: CopiedSample[] = [];
  for (const line of lines.split('\n')) {
    if (line === '') continue;
    const fields = line.split('\t');
    const [at = '', source = '', granularity, context = '', value = '', min = '', max = '', details = ''] = fields;
    samples.push({
      recordedAt: isoFromCopied(at),
      source: unescapeField(source) ?? '',
      granularity: Number(granularity),
      context: unescapeField(context) ?? '',
      value,
      min: min === '\\N' ? null : min,
      max: max === '\\N' ? null : max,
      details: unescapeField(details),
      zoneOffsetMinutes: fields[8] ?? '0',
      flags: Number(fields[9]),
    });
  }
  return samples;
}
