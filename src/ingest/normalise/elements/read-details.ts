import { canonicalJson, type JsonObject, type JsonValue } from '../../../catalogue/json';
import type { RejectReason } from '../../../catalogue/reject-reason';
import { findTextFault } from './read-text';

/** UTF-16 units of one `details`; those of the largest thing seen (a notification with its readings) are under 100,000. */
const maxDetailsLength = 1_048_576;

/** As deep as a body can be set to be taken (MAX_JSON_DEPTH); what is deeper could exhaust the stack. */
const maxDepth = 256;

/**
 * How much longer `jsonb` prints a number than JSON does: it keeps every digit and knows no exponents, so that the five
 * characters of `1e308` become 309.
 */
function extraDigits(value: number): number {
  const size = Math.abs(value);
  // Between these JSON has no exponents either.
  if (size === 0 || (size >= 1e-6 && size < 1e21)) return 0;
  return Math.ceil(Math.abs(Math.log10(size)));
}

/** Walks through a value and ends at its first fault, or as soon as its JSON must be too long. */
class DetailsCheck {
  /** By how much the JSON of what has been seen grows when it is read back. */
  growth = 0;
  private unitsLeft = maxDetailsLength;

  findFault(value: JsonValue, depth = 0): RejectReason | null {
    if (typeof value === 'string') return this.findFaultOfText(value);
    if (--this.unitsLeft < 0) return 'text_too_long';
    if (typeof value === 'number') return this.findFaultOfNumber(value);
    if (typeof value !== 'object' || value === null) return null;
    if (depth === maxDepth) return 'unknown_shape';
    const fault = Array.isArray(value) ? null : this.findFaultOfKeys(value);
    if (fault !== null) return fault;
    // Sorted, because the order of the keys must not decide which of two faults is told.
    const members = Array.isArray(value)
      ? value
      : Object.keys(value)
          .sort()
          .map((key) => value[key] as JsonValue);
    for (const member of members) {
      const faultOfMember = this.findFault(member, depth + 1);
      if (faultOfMember !== null) return faultOfMember;
    }
    return null;
  }

  private findFaultOfKeys(value: JsonObject): RejectReason | null {
    for (const key of Object.keys(value).sort()) {
      const fault = this.findFaultOfText(key);
      if (fault !== null) return fault;
    }
    return null;
  }

  private findFaultOfNumber(value: number): RejectReason | null {
    if (!Number.isFinite(value)) return 'value_not_a_number';
    const extra = extraDigits(value);
    this.growth += extra;
    this.unitsLeft -= extra;
    return this.unitsLeft < 0 ? 'text_too_long' : null;
  }

  private findFaultOfText(text: string): RejectReason | null {
    const fault = findTextFault(text, this.unitsLeft);
    this.unitsLeft -= text.length;
    return fault;
  }
}

/**
 * Free-form JSON as the canonical text of a `jsonb` column, checked at every level, keys too.
 *
 * Returns the reason when PostgreSQL could not keep it: `text_invalid` for a NUL or a lone surrogate anywhere,
 * `value_not_a_number` for an infinity (1e400), `text_too_long` beyond 1,048,576 UTF-16 units of JSON with
 * all digits of its numbers, `unknown_shape` when nested deeper than any body may be.
 */
export function readDetails(value: JsonValue): { json: string } | RejectReason {
  const check = new DetailsCheck();
  const fault = check.findFault(value);
  if (fault !== null) return fault;
  const json = canonicalJson(value);
  return json.length + check.growth > maxDetailsLength ? 'text_too_long' : { json };
}
