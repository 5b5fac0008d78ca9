/** How samples of a metric are rolled up into an hour or a day. `latest` is the last by instant, not by wall clock. */
export type AggregationKind = 'sum' | 'average' | 'latest' | 'max';

/** The table a metric's samples live in; every metric whose sample is one number is a `quantity`. */
export type MetricFamily = 'heart_rate' | 'blood_pressure' | 'quantity';

/**
 * What no sample can be outside of; both ends are inclusive and in the metric's canonical unit.
 *
 * Source: `source` names the record, law or reasoning the limits come from.
 */
export interface PossibleValues {
  readonly min: number;
  readonly max: number;
  readonly source: string;
}

/** One metric of the catalogue. All values are in `unit`. */
export interface MetricDefinition {
  /**
   * Permanent key of the metric in every table (smallint); never changed and never re-used.
   * 1 to 999 are the built-in metrics, 1000 to 9999 are kept for extensions, from 10000 on the users' own metrics.
   */
  readonly id: number;
  /** Canonical name, snake_case. */
  readonly name: string;
  /** Other names the app used for it in some version, snake_case; never the canonical name of another metric. */
  readonly aliases: readonly string[];
  /** Canonical unit, into which every known unit is converted. */
  readonly unit: string;
  readonly kind: AggregationKind;
  readonly family: MetricFamily;
  /** A value outside is physically impossible, and its sample is rejected. Sums allow for the total of a year. */
  readonly possible: PossibleValues;
  /**
   * A value outside is odd: stored, with a flag. For a sum it is the range of one sample of at most a day, so it says
   * nothing about a total of a week, a month or a year.
   */
  readonly usual?: { readonly min: number; readonly max: number };
  /** Values up to 1 are a fraction although the unit says percent: 0.97 means 97. */
  readonly rescaleFraction?: true;
  /** Apple's identifier of the type the samples come from. */
  readonly healthKitType: string;
}
