import { SampleFlag } from '../../catalogue/family';
import { Granularity } from '../../catalogue/granularity';
import type { JsonValue } from '../../catalogue/json';
import type { RejectReason } from '../../catalogue/reject-reason';
import type { MetricBlock } from './metric-block';

/** A finite number as sent; a text is none, even one of digits. */
export function readNumber(value: JsonValue | undefined): number | RejectReason {
  if (value === undefined || value === null) return 'value_missing';
  return typeof value === 'number' && Number.isFinite(value) ? value : 'value_not_a_number';
}

/** A whole, with the noise of the phone's floats: 1.0000000000000002 is one. */
const largestFraction = 1 + 1e-9;

/** What a fraction is multiplied with to be stored as a percentage. */
const percent = 100;

/**
 * What every value of one sample is multiplied with before anything else: a metric that comes as a fraction from some
 * phones and as a percentage from others is told by its largest value.
 */
export function fractionFactor(block: MetricBlock, largest: number): number {
  // Another unit than the percentage says itself what its numbers mean.
  if (block.definition?.rescaleFraction !== true || block.conversion.factor !== 1) return 1;
  return largest <= largestFraction ? percent : 1;
}

/** The value in the canonical unit; NaN when it is physically impossible for the metric. */
export function toCanonical(value: number, factor: number, block: MetricBlock): number {
  const canonical = value * factor * block.conversion.factor + block.conversion.offset;
  const possible = block.definition?.possible;
  if (!Number.isFinite(canonical)) return Number.NaN;
  return possible !== undefined && (canonical < possible.min || canonical > possible.max) ? Number.NaN : canonical;
}

/**
 * The flags of a sample with these values. What is usual for a sum is said of a day at most, so the total of a week, a
 * month or a year is never odd.
 */
export function flagsOf(block: MetricBlock, granularity: number, factor: number, low: number, high: number): number {
  const usual = granularity > Granularity.day && block.definition?.kind === 'sum' ? undefined : block.definition?.usual;
  const isOdd = usual !== undefined && (low < usual.min || high > usual.max);
  return (isOdd ? SampleFlag.odd : 0) | (factor === 1 ? 0 : SampleFlag.rescaled);
}
