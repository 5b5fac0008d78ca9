import type { ServicePromise } from './promises';
import type { Figure } from './readings/reading';

type Unit = ServicePromise['unit'];

/** A number with three digits that count, or all that stand before the point; thousands apart. */
function digitsOf(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: Math.max(3, Math.trunc(value).toString().length) });
}

/** An amount for people: `12.3 ms`, `98.5 %`, `256 KB`, `1,000`. */
export function amountText(value: number, unit: Unit): string {
  switch (unit) {
    case 's':
      return value < 1 ? `${digitsOf(value * 1000)} ms` : `${digitsOf(value)} s`;
    case 'ratio':
      return `${digitsOf(Math.floor(value * 1000) / 10)} %`;
    case 'bytes':
      if (value < 1024) return `${digitsOf(value)} B`;
      return value < 1024 ** 2 ? `${digitsOf(value / 1024)} KB` : `${digitsOf(value / 1024 ** 2)} MB`;
    default:
      return digitsOf(value);
  }
}

/** A limit for people: `≤ 200 ms`; `-` where there is none. */
export function limitText(
  limit: number | null,
  { direction, unit }: Pick<ServicePromise, 'direction' | 'unit'>,
): string {
  if (limit === null) return '-';
  if (limit === 0) return '0';
  if (direction === 'until_refused') return amountText(limit, unit);
  return `${direction === 'at_most' ? '≤' : '≥'} ${amountText(limit, unit)}`;
}

/** A figure for people: `12.3 ms`, `> 10 s`; `no answer` where none was good, `-` where nothing was measured. */
export function figureText({ value, isLowerBound }: Figure, unit: Unit): string {
  if (value === null) return '-';
  if (!isLowerBound) return amountText(value, unit);
  return value === 0 ? 'no answer' : `> ${amountText(value, unit)}`;
}
