import fc from 'fast-check';
import type { ModelInstant } from './model-row';

/** Local times with the offset of the phone, few enough that samples meet: boundaries of all kinds and none. */
const localTimes = [
  ['2024-05-01 00:00:00', 120],
  ['2024-05-02 00:00:00', 120],
  ['2024-05-01 01:00:00', 120],
  ['2024-05-01 01:01:00', 120],
  ['2024-05-01 01:01:07', 120],
  ['2024-04-30 23:00:00', 0],
  ['2019-12-31 23:30:00', -480],
  ['2010-06-15 08:00:00', 0],
] as const;

/** An instant with the text that the phone writes for it. */
export interface WrittenInstant extends ModelInstant {
  readonly text: string;
}

const pad = (n: number): string => String(n).padStart(2, '0');

/** A local time as the app writes it. */
export function writeInstant(local: string, offsetMinutes: number): WrittenInstant {
  const sign = offsetMinutes < 0 ? '-' : '+';
  const minutes = Math.abs(offsetMinutes);
  const zone = `${sign}${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`;
  const atMs = Date.parse(`${local.replace(' ', 'T')}Z`) - offsetMinutes * 60_000;
  return { text: `${local} ${zone}`, atMs, offsetMinutes };
}

/** One of a few instants. */
export const anInstant = fc.constantFrom(...localTimes.map(([local, offset]) => writeInstant(local, offset)));

/** The same clock, some time later. */
export function later({ atMs, offsetMinutes }: ModelInstant, ms: number): WrittenInstant {
  const local = new Date(atMs + ms + offsetMinutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  return writeInstant(local, offsetMinutes);
}
