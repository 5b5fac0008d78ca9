import type { MarkedDay } from '../../database/rollups/day-runs';
import type { BucketUnit } from './calendar';

/** Ways to make one value of the samples of a bucket. */
export const aggregates = ['sum', 'avg', 'latest', 'min', 'max'] as const;

/** One of {@link aggregates}. */
export type Aggregate = (typeof aggregates)[number];

/** Whose samples a bucket is made of: each source's apart, those of the best one, or those of one by its name. */
export type SourceChoice =
  | { readonly kind: 'all' }
  | { readonly kind: 'best'; readonly priority: readonly string[] }
  | { readonly kind: 'named'; readonly name: string };

/** Which buckets of which metrics of one user. */
export interface BucketQuestion {
  readonly userId: string;
  readonly metrics: readonly { readonly metricId: number; readonly aggregate: Aggregate }[];
  readonly unit: BucketUnit;
  /** Wall-clock readings between which the buckets begin, in ms as if they were UTC; the end is exclusive. */
  readonly fromWallMs: number;
  readonly toWallMs: number;
  /** The instants at which the buckets of a zone begin and the last one ends, in ms; null for the phone's own days. */
  readonly edgesMs: readonly number[] | null;
  readonly source: SourceChoice;
  /** Days that are answered from samples. */
  readonly marked: readonly MarkedDay[];
}

/** What samples of one metric, source and granularity add to a bucket. */
export interface Piece {
  readonly metric_id: number;
  /** 1 for diastolic pressures, else 0. */
  readonly part: number;
  readonly source: string;
  readonly granularity: number;
  readonly samples: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** The last value, and when that was, in s since 1970. */
  readonly last: number;
  readonly last_s: number;
}

/** One source's part of one bucket. */
export interface SourceBucket {
  readonly metricId: number;
  /** 1 for diastolic pressures, else 0. */
  readonly part: number;
  /** The phone's own buckets: the wall-clock reading in ms. A zone's: its place among the edges, from 1. */
  readonly bucket: number;
  /** Only of the phone's own hours, else 0. */
  readonly offsetMinutes: number;
  readonly source: string;
  readonly samples: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly last: number;
  readonly lastS: number;
}
