import type { JsonValue } from '../../../catalogue/json';
import type { RejectReason } from '../../../catalogue/reject-reason';

/**
 * Why PostgreSQL cannot keep a text, or null when it can: `text_too_long` beyond `maxLength` UTF-16 units,
 * `text_invalid` for a NUL or a lone surrogate, which neither `text` nor `jsonb` takes.
 */
export function findTextFault(text: string, maxLength: number): RejectReason | null {
  if (text.length > maxLength) return 'text_too_long';
  return text.includes('\0') || !text.isWellFormed() ? 'text_invalid' : null;
}

/**
 * Reads a short text, kept as sent; a number or a boolean becomes its text, because the app's versions differ in which
 * of them they send. `text` is null for what is absent, blank, or no scalar.
 */
export function readText(value: JsonValue | undefined, maxLength: number): { text: string | null } | RejectReason {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
    return { text: String(value) };
  }
  if (typeof value === 'number') return 'value_not_a_number';
  if (typeof value !== 'string') return { text: null };
  return findTextFault(value, maxLength) ?? { text: value.trim() === '' ? null : value };
}
