import type { ServicePromise } from './promises';
import type { Figure } from './readings/reading';

type Unit = ServicePromise['unit'];

/** Steps of which a number is less than one too large because it is binary. */
const noise = 1e-9;

/**
 * A number with three digits that count, or all that stand before the point; thousands apart. It is rounded to the side
 * that is worse, so that no figure looks as if it kept to a limit that it missed.
 */
function digitsOf(value: number, worse: 'up' | 'down' = 'up'): string {
  const steps = 10 ** Math.max(0, 2 - Math.floor(Math.log10(Math.max(value, noise))));
  const rounded = worse === 'up' ? Math.max(0, Math.ceil(value * steps - noise)) : Math.floor(value * steps + noise);
  return (rounded / steps).toLocaleString('en-US', { maximumFractionDigits: 20 });
}

/** An amount for people: `12.3 ms`, `98.5 %`, `256 KB`, `1,000`. */
export function amountText(value: number, unit: Unit): string {
  switch (unit) {
    case 's':
      return value < 1 ? `${digitsOf(value * 1000)} ms` : `${digitsOf(value)} s`;
    case 'ratio':
      return `${digitsOf(value * 100, 'down')} %`;
    case 'bytes':
      if (value < 1024) return `${digitsOf(value)} B`;
      return value < 1024 ** 2 ? `${digitsOf(value / 1024)} KB` : `${digitsOf(value / 1024 ** 2)} MB`;
    default:
      return digitsOf(value);
  }
}

/** A limit for people: `≤ 200 ms`, `up to 1,000`; `–` where there is none. */
export function limitText(
  limit: number | null,
  { direction, unit }: Pick<ServicePromise, 'direction' | 'unit'>,
): string {
  if (limit === null) return '–';
  if (limit === 0) return '0';
  if (direction === 'until_refused') return `up to ${amountText(limit, unit)}`;
  return `${direction === 'at_most' ? '≤' : '≥'} ${amountText(limit, unit)}`;
}

/** A figure for people: `12.3 ms`, `> 10 s`; `no answer` where none was good, `–` where nothing was measured. */
export function figureText({ value, isLowerBound }: Figure, unit: Unit): string {
  if (value === null) return '–';
  if (!isLowerBound) return amountText(value, unit);
  return value === 0 ? 'no answer' : `> ${amountText(value, unit)}`;
}
