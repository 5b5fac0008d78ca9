import { randomInt } from 'node:crypto';

/** Digits, then capitals, then small letters: the order in which base62 texts sort as their numbers do in ASCII. */
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `length` random characters of base 62, each with 5.95 bits from the system's secure source. */
export function randomBase62(length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}

/** The lowest `length` digits of a whole number of 0 or more in base 62, filled up with zeros. */
export function encodeBase62(number: number, length: number): string {
  let text = '';
  for (let rest = number; text.length < length; rest = Math.floor(rest / 62)) text = alphabet.charAt(rest % 62) + text;
  return text;
}
