import { granularityOfSample } from '../../catalogue/granularity';
import type { JsonObject } from '../../catalogue/json';
import type { Instant } from '../../catalogue/parse-instant';
import type { RejectReason } from '../../catalogue/reject-reason';
import type { PayloadContext } from './payload-context';
import { readInstant } from './read-instant';

/** When a sample was taken and what it covers. */
export interface SampleTime {
  readonly recordedAt: Instant;
  /** NaN where only the other samples of its block can tell. */
  readonly granularity: number;
}

function readOptional(value: unknown, context: PayloadContext): Instant | RejectReason | null {
  return value === undefined || value === null ? null : readInstant(value, context);
}

/**
 * Reads a sample's `date`, or its start where it has no date, and what it covers by the first two parts of the rule in
 * `granularity.ts`.
 */
export function readSampleTime(sample: JsonObject, context: PayloadContext): SampleTime | RejectReason {
  const start = readOptional(sample['start'] ?? sample['startDate'], context);
  const end = readOptional(sample['end'] ?? sample['endDate'], context);
  const recordedAt = sample['date'] === undefined && start !== null ? start : readInstant(sample['date'], context);
  if (typeof recordedAt === 'string') return recordedAt;
  if (typeof start === 'string') return start;
  if (typeof end === 'string') return end;
  if (start !== null && end !== null && end.atMs < start.atMs) return 'end_before_start';
  const granularity = granularityOfSample(recordedAt, start, end, context.namedGranularity, Number.NaN);
  return { recordedAt, granularity };
}
