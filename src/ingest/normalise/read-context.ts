import type { RejectReason } from '../../catalogue/reject-reason';

/** The words are the app's own and localised, a few characters long. */
const maxContextLength = 100;

/** The app's word for "nothing is known", which is the same as not saying anything. */
const unspecified = 'unspecified';

/** `Before Meal` as `before_meal`; a word in another language is kept in the same form. */
export function readContext(sent: string): { text: string } | RejectReason {
  if (sent.length > maxContextLength) return 'text_too_long';
  if (!sent.isWellFormed() || sent.includes('\0')) return 'text_invalid';
  const text = sent.trim().toLowerCase().replace(/\s+/gu, '_');
  return { text: text === unspecified ? '' : text };
}
