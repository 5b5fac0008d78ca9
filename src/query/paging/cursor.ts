import { createHash } from 'node:crypto';
import { Problem } from '../../common/problem';
import { isUuid } from '../../common/uuid';

/** Written into every cursor; a cursor of another version is refused. */
const cursorVersion = 1;

/** The types of the columns that rows are ordered by. `instant` is microseconds since 1970 as decimal text. */
export type KeyType = 'instant' | 'text' | 'int2' | 'uuid';

/** The last row of a page, as the values of the columns that rows are ordered by. */
export type KeyValues = readonly (string | number)[];

/** Years 1 to 9999, which is what samples can have and PostgreSQL reads back: their first microsecond. */
const minInstantUs = -62_135_596_800_000_000n;
/** Their last one. */
export const maxInstantUs = 253_402_300_799_999_999n;

const isKeyValue: Readonly<Record<KeyType, (value: unknown) => boolean>> = {
  instant: (value) => typeof value === 'string' && /^-?\d{1,18}$/.test(value) && isInYears(BigInt(value)),
  text: (value) => typeof value === 'string' && !value.includes('\0'),
  int2: (value) => Number.isInteger(value) && Math.abs(value as number) <= 32_767,
  uuid: (value) => typeof value === 'string' && isUuid(value),
};

function isInYears(us: bigint): boolean {
  return us >= minInstantUs && us <= maxInstantUs;
}

/**
 * The mark by which a cursor is known to belong to a question: the same for equal `parts`, short, and telling nothing
 * about them.
 */
export function bindingOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}

/** An opaque text from which a later request of the same question goes on after the row with `key`. */
export function encodeCursor(binding: string, key: KeyValues): string {
  return Buffer.from(JSON.stringify([cursorVersion, binding, ...key])).toString('base64url');
}

/**
 * The key in a cursor.
 *
 * Errors: throws Problem 400 `cursor_invalid` when it is no cursor, of another version, of another question (another
 * metric, source, range, order, user), or holds anything else than `types`.
 */
export function decodeCursor(cursor: string, binding: string, types: readonly KeyType[]): KeyValues {
  const fields = readJson(Buffer.from(cursor, 'base64url').toString());
  if (Array.isArray(fields) && fields[0] === cursorVersion && fields[1] === binding) {
    const key = fields.slice(2);
    const fits = key.length === types.length && types.every((type, i) => isKeyValue[type](key[i]));
    if (fits) return key as KeyValues;
  }
  throw new Problem(400, 'cursor_invalid', 'cursor must be the nextCursor of an answer to the same question.');
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
