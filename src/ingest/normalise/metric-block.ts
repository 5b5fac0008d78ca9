import type { MetricDefinition } from '../../catalogue/metric-definition';
import type { Conversion } from '../../catalogue/units';

/** A metric of a payload, understood: what its samples are stored as. */
export interface MetricBlock {
  /** Its line in the account: the canonical name, or its own where the catalogue does not know it. */
  readonly accountName: string;
  /** Absent for a metric or a unit that the catalogue does not know: kept as it came. */
  readonly definition: MetricDefinition | undefined;
  /** Its id in `quantity_metrics`; negative for a metric that the user's own list is yet to be given. */
  readonly metricId: number;
  readonly conversion: Conversion;
  /** Hours in one of its unit, for sleep. */
  readonly unitHours: number;
}

/** A metric that the catalogue does not know, or knows under other units. */
export interface UserMetric {
  readonly name: string;
  readonly unit: string;
}
