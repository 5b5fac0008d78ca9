import type { JsonObject, JsonValue } from '../../../catalogue/json';
import { isJsonObject } from '../../../catalogue/json';
import { normaliseSource } from '../../../catalogue/normalise-source';
import type { Instant } from '../../../catalogue/parse-instant';
import type { RejectReason } from '../../../catalogue/reject-reason';
import type { PayloadContext } from '../payload-context';
import { readInstant } from '../read-instant';
import { readText } from './read-text';

/**
 * UTF-16 units of a name, status or other word; the app's own are under 100 in any language, and medications carry the
 * full name of a product.
 */
export const maxWordLength = 500;

/**
 * Takes the fields of one element by name and remembers what was taken, so that the rest can be kept too.
 *
 * The first fault found becomes `reason`; a reader takes all that it needs and asks once, before it adds its row.
 */
export class ElementFields {
  /** Why the element cannot be kept; null so far. */
  reason: RejectReason | null = null;
  private readonly taken = new Set<string>();

  constructor(
    private readonly element: JsonObject,
    private readonly context: PayloadContext,
  ) {}

  /** Makes the element a rejected one, unless an earlier fault did. */
  reject(reason: RejectReason): void {
    this.reason ??= reason;
  }

  /** A field as sent, which stays among the rest; own fields only, so that `constructor` is one that was sent. */
  peek(key: string): JsonValue | undefined {
    return Object.hasOwn(this.element, key) ? this.element[key] : undefined;
  }

  /** A field as sent. */
  take(key: string): JsonValue | undefined {
    this.taken.add(key);
    return this.peek(key);
  }

  /** An instant; null when it is absent (null or empty counts as that). A date that is there must be readable. */
  instant(key: string): Instant | null {
    const instant = readInstant(this.take(key), this.context);
    if (typeof instant !== 'string') return instant;
    if (instant !== 'date_missing') this.reject(instant);
    return null;
  }

  /** A text of at most {@link maxWordLength}; null where there is none. What is no scalar stays among the rest. */
  text(key: string): string | null {
    const value = this.peek(key);
    if (typeof value !== 'object' || value === null) this.taken.add(key);
    const reading = readText(value, maxWordLength);
    if (typeof reading !== 'string') return reading.text;
    this.reject(reading);
    return null;
  }

  /** The source in its one spelling, from the first of the fields that holds one. An object also stays among the rest. */
  source(...keys: readonly string[]): string {
    let source = '';
    for (const key of keys) {
      const value = this.peek(key);
      if (!isJsonObject(value)) this.taken.add(key);
      const normalised = normaliseSource(value);
      if (typeof normalised === 'string') this.reject(normalised);
      else if (source === '') source = normalised.text;
    }
    return source;
  }

  /** Leaves taken fields among the rest, because what was made of them does not say all that was sent. */
  keep(...keys: readonly string[]): void {
    for (const key of keys) this.taken.delete(key);
  }

  /** The fields that were not taken. */
  rest(): JsonObject {
    // fromEntries defines properties: a key `__proto__` becomes one like any other.
    return Object.fromEntries(Object.entries(this.element).filter(([key]) => !this.taken.has(key)));
  }
}
