import { isJsonObject } from './json';

/**
 * The longest source kept, in bytes of UTF-8. The longest seen has 485, for 437 characters. The source is part of the
 * primary keys, and PostgreSQL refuses an index row of more than 2,704 bytes, so that no bound may be left to it.
 */
const maxSourceBytes = 1_000;

/** Spellings remembered; a person has a handful, and what hostile bodies fill it with stays below 1 MB. */
const maxRemembered = 256;
const remembered = new Map<string, Source>();

/**
 * The spellings met last, before those remembered: a body has two or three, and comparing with each costs a fifth of
 * hashing one (80 ns of a sample).
 */
const recent: { readonly text: string; readonly source: Source }[] = [];
const maxRecent = 4;
let nextRecent = 0;

/** A source in the spelling it is stored in, or why its sample cannot be kept. */
type Source = { readonly text: string } | 'text_invalid' | 'text_too_long';

const noSource: Source = { text: '' };

function normalise(text: string): Source {
  if (text.includes('\0') || /\p{Surrogate}/u.test(text)) return 'text_invalid';
  const devices = text
    .normalize('NFC')
    // The apostrophes that phones of different languages and versions put into one and the same device's name.
    .replace(/[‘’ʼ]/g, "'")
    // Every blank of Unicode is \s, the no-break ones too.
    .replace(/\s+/g, ' ')
    .split('|')
    .map((device) => device.trim())
    .filter((device) => device !== '');
  // The phone joins the devices of an aggregated sample in random order; sorted, the same ones are one source.
  const source = [...new Set(devices)].sort().join('|');
  return Buffer.byteLength(source) > maxSourceBytes ? 'text_too_long' : { text: source };
}

/**
 * The source of a sample in the one spelling it is stored and compared in: blanks and apostrophes made plain, joined
 * devices sorted and each named once. An object stands for its `name`, else its `identifier`.
 *
 * Returns an empty text where there is none, and the reason for the sample to be rejected when it is neither text nor
 * object, holds a NUL or a lone surrogate, which PostgreSQL cannot keep, or is longer than 1,000 bytes.
 */
export function normaliseSource(value: unknown): Source {
  const text = isJsonObject(value) ? value['name'] || value['identifier'] : value;
  if (text === undefined || text === null || text === '') return noSource;
  // Before anything looks at it or remembers it: no text has fewer bytes than characters.
  if (typeof text !== 'string') return 'text_invalid';
  if (text.length > maxSourceBytes) return 'text_too_long';
  for (let i = 0; i < recent.length; i++) if (recent[i]?.text === text) return (recent[i] as { source: Source }).source;
  let source = remembered.get(text);
  if (source === undefined) {
    source = normalise(text);
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(text, source);
  }
  recent[nextRecent] = { text, source };
  nextRecent = (nextRecent + 1) % maxRecent;
  return source;
}
