import type { MetricFamily } from '../../catalogue/metric-definition';

/** One metric in one unit, as its samples are stored. */
export interface StoredMetric {
  readonly metricId: number;
  readonly name: string;
  readonly unit: string;
  readonly family: MetricFamily;
}
