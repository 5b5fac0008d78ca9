import type { MetricReader } from '../metric-reader';

/** What was measured between two readings. */
export interface Figure {
  /** Null when nothing was measured. */
  readonly value: number | null;
  /** Whether the true value may be beyond `value`: it lies in the last bucket, or was never finished. */
  readonly isLowerBound: boolean;
  /** How often it was measured. */
  readonly measurements: number;
  /** Of these, how often there was no good answer at all. */
  readonly failed: number;
}

/** Nothing was measured. */
export const noFigure: Figure = { value: null, isLowerBound: false, measurements: 0, failed: 0 };

/** All that had been counted of one measure when it was read. */
export interface Reading {
  /**
   * What was measured since an earlier reading of the same measure, or since the start. `between` are the readings that
   * were taken after it and before this one, in their order.
   */
  figureSince(earlier: Reading | null, between: readonly Reading[]): Figure;
}

/** What a reading is made from. */
export interface ReadSources {
  readonly metrics: MetricReader;
  /** Connections of clients that are open now. */
  readonly openConnections: number;
  /** Whether Redis answers now; null when there is none by configuration. */
  readonly isRedisAnswering: boolean | null;
}

/** Something that can be read again and again. */
export interface Measure {
  /** Reads it, with its `previous` reading, if there is one; null when there is nothing to read it from. */
  read(sources: ReadSources, previous: Reading | null): Promise<Reading | null>;
}
