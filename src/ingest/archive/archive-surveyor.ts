import type { UserMetric } from '../normalise/metric-block';
import { summaryNumbers } from './activity-summary';
import type { HealthDataHandler } from './health-data-reader';
import type { HealthRecord } from './health-record';
import { ownMetricOf } from './own-metrics';
import { meaningOf } from './record-meaning';
import type { XmlElement } from './xml-element';

/** The unit of what is only counted. */
export const countUnit = 'count';

/** More different types and units than this are no export's; what comes after them is kept out by the rows' reader. */
const maxOwnMetrics = 20_000;

/** Finds out, while an export is checked, which metrics of the user's own its samples need. */
export class ArchiveSurveyor implements HealthDataHandler {
  private readonly metrics = new Map<string, UserMetric>();
  private readonly seen = new Set<string>();
  private lastType = '\0';
  private lastUnit = '';

  /** The metrics, in the order in which they are met first. */
  get ownMetrics(): readonly UserMetric[] {
    return [...this.metrics.values()];
  }

  record({ type, unit }: HealthRecord): void {
    if (type === this.lastType && unit === this.lastUnit) return;
    this.lastType = type;
    this.lastUnit = unit;
    const key = `${type}\0${unit}`;
    if (this.seen.has(key) || this.seen.size >= maxOwnMetrics) return;
    this.seen.add(key);
    const metric = neededMetric(type, unit);
    if (metric !== null) this.add(metric);
  }

  element(element: XmlElement): void {
    if (element.name !== 'ActivitySummary') return;
    for (const { metric } of summaryNumbers(element)) this.add(metric);
  }

  tooLarge(): void {
    // Nothing of it is kept.
  }

  private add(metric: UserMetric): void {
    this.metrics.set(`${metric.name}\0${metric.unit}`, metric);
  }
}

/** The metric of the user's own that a record of this type and unit is kept as; null when it is kept otherwise. */
function neededMetric(type: string, unit: string): UserMetric | null {
  const { kind } = meaningOf(type);
  if (kind === 'quantity') return ownMetricOf(type, unit);
  return kind === 'own_category' ? ownMetricOf(type, countUnit) : null;
}
