import { heartRateFamily, quantityFamily } from '../../catalogue/families';
import type { JsonObject } from '../../catalogue/json';
import { normaliseSource } from '../../catalogue/normalise-source';
import type { RejectReason } from '../../catalogue/reject-reason';
import type { MetricBlock } from './metric-block';
import type { NormalisedPayload } from './normalised-payload';
import { readSampleTime } from './read-sample-time';
import { flagsOf, fractionFactor, toCanonical } from './read-value';

/** The numbers of a sample as sent; `min` and `max` are null where the shape has only one. */
export interface QuantityReading {
  readonly value: number;
  readonly min: number | null;
  readonly max: number | null;
  /** Tells apart readings of one instant; empty where there is nothing to tell apart. */
  readonly context: string;
  /** Canonical JSON of what else belongs to the reading, or null. */
  readonly details: string | null;
}

/** Adds a sample that is a number to its family's batch, in the canonical unit, or returns why not. */
export function addQuantity(
  sample: JsonObject,
  reading: QuantityReading,
  block: MetricBlock,
  payload: NormalisedPayload,
): RejectReason | null {
  const low = reading.min ?? reading.value;
  const high = reading.max ?? reading.value;
  const factor = fractionFactor(block, high);
  const value = toCanonical(reading.value, factor, block);
  const min = toCanonical(low, factor, block);
  const max = toCanonical(high, factor, block);
  if (Number.isNaN(value) || Number.isNaN(min) || Number.isNaN(max)) return 'value_impossible';
  const time = readSampleTime(sample, payload.context);
  if (typeof time === 'string') return time;
  const source = normaliseSource(sample['source']);
  if (typeof source === 'string') return source;

  const columns = payload.sampleColumns(block.definition?.family === 'heart_rate' ? heartRateFamily : quantityFamily);
  const { batch, quantity } = columns;
  const row = batch.addRow();
  columns.recordedAt.values[row] = time.recordedAt.atMs;
  columns.source.values[row] = source.text;
  columns.granularity.values[row] = time.granularity;
  columns.value.values[row] = value;
  if (reading.min !== null) columns.min.values[row] = min;
  if (reading.max !== null) columns.max.values[row] = max;
  columns.zoneOffsetMinutes.values[row] = time.recordedAt.offsetMinutes;
  columns.flags.values[row] = flagsOf(block, time.granularity, factor, min, max);
  if (quantity !== null) {
    quantity.metricId.values[row] = block.metricId;
    quantity.context.values[row] = reading.context;
    quantity.details.values[row] = reading.details;
  }
  payload.addSample(batch, block.metricId, row, time);
  return null;
}
