import type { JsonObject } from '../../../catalogue/json';
import type { RejectReason } from '../../../catalogue/reject-reason';
import type { MetricBlock } from '../metric-block';
import type { NormalisedPayload } from '../normalised-payload';

/**
 * One spelling of a metric's sample, known by the keys that it has and never by the metric's name, which is localised
 * and drifts.
 */
export interface MetricShape {
  /** The account line of its rows, where it is always the same whatever the metric is called. */
  readonly accountName?: string;
  /** True when the sample has this shape's keys. */
  matches(sample: JsonObject): boolean;
  /** Adds exactly one row to the payload's batches and returns null, or adds none and returns why. Never throws. */
  read(sample: JsonObject, block: MetricBlock, payload: NormalisedPayload): RejectReason | null;
}
