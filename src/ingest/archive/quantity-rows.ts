import { heartRateFamily, quantityFamily } from '../../catalogue/families';
import { contextsByMetadata } from '../../catalogue/health-kit-quantities';
import { normaliseSource } from '../../catalogue/normalise-source';
import type { RejectReason } from '../../catalogue/reject-reason';
import type { NormalisedPayload } from '../normalise/normalised-payload';
import { readInstant } from '../normalise/read-instant';
import { flagsOf, toCanonical } from '../normalise/read-value';
import type { HealthRecord } from './health-record';
import type { QuantityTarget } from './quantity-target';

/** What a fraction is multiplied with to be a percentage. */
const percent = 100;

/** Digits that tell a percentage: 0.29 is 29 % and not 28.999999999999996 %. */
const percentDigits = 12;

/** Number() takes blanks, 0x10 and Infinity too. */
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A decimal number as Apple writes it, or as another program could; NaN for any other text. */
export function readDecimal(text: string): number {
  return decimal.test(text) ? Number(text) : Number.NaN;
}

function contextOf(record: HealthRecord): string {
  if (record.metadata === null) return '';
  for (let i = 0; i < record.metadata.length; i += 2) {
    const words = contextsByMetadata[record.metadata[i] as string];
    if (words !== undefined) return words[record.metadata[i + 1] as string] ?? '';
  }
  return '';
}

/**
 * Adds a record as one sample of a granularity; `sent` is its value as a number. Returns why not, or null when it was
 * added.
 *
 * A record of Apple's export is raw whatever span it fills, because nothing in it was added up: so all samples of a
 * source lie side by side in one granularity.
 */
export function addRecord(
  record: HealthRecord,
  sent: number,
  { block, isFraction, occurrences }: QuantityTarget,
  granularity: number,
  payload: NormalisedPayload,
): RejectReason | null {
  if (!Number.isFinite(sent)) return record.value === '' ? 'value_missing' : 'value_not_a_number';
  const number = isFraction ? Number((sent * percent).toPrecision(percentDigits)) : sent;
  const value = toCanonical(number, 1, block);
  if (Number.isNaN(value)) return 'value_impossible';
  const start = readInstant(record.startDate, payload.context);
  if (typeof start === 'string') return start;
  if (record.endDate !== record.startDate && record.endDate !== '') {
    const end = readInstant(record.endDate, payload.context);
    if (typeof end === 'string') return end;
    if (end.atMs < start.atMs) return 'end_before_start';
  }
  const source = normaliseSource(record.sourceName);
  if (typeof source === 'string') return source;

  const columns = payload.sampleColumns(block.definition?.family === 'heart_rate' ? heartRateFamily : quantityFamily);
  const row = columns.batch.addRow();
  columns.recordedAt.values[row] = start.atMs;
  columns.source.values[row] = source.text;
  columns.granularity.values[row] = granularity;
  columns.value.values[row] = value;
  columns.zoneOffsetMinutes.values[row] = start.offsetMinutes;
  columns.flags.values[row] = flagsOf(block, granularity, 1, value, value);
  if (columns.quantity !== null) {
    const context = contextOf(record);
    const before = occurrences?.next(source.text, start.atMs) ?? 0;
    columns.quantity.metricId.values[row] = block.metricId;
    columns.quantity.context.values[row] = before === 0 ? context : `${context}#${before + 1}`;
  }
  return null;
}
