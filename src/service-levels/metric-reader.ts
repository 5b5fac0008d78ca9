import type { Registry } from 'prom-client';
import type { Labels } from './source-metrics';

/** The value of one series. Of a histogram `metricName` ends with `_bucket`, `_sum` or `_count`. */
export interface SeriesValue {
  readonly labels: Labels;
  readonly value: number;
  readonly metricName?: string;
}

/** Reads metrics by their names at one instant: each once, however many ask for it. */
export class MetricReader {
  private readonly asked = new Map<string, Promise<readonly SeriesValue[] | null>>();

  constructor(private readonly registry: Registry) {}

  /** All series of a metric; null when there is no such metric, or when it cannot be read. */
  values(name: string): Promise<readonly SeriesValue[] | null> {
    let values = this.asked.get(name);
    if (values === undefined) {
      values = this.read(name);
      this.asked.set(name, values);
    }
    return values;
  }

  /** The sum over the series that `chooses` names; null when there is no such metric. */
  async sum(name: string, chooses: (labels: Labels) => boolean = () => true): Promise<number | null> {
    const values = await this.values(name);
    if (values === null) return null;
    return values.reduce((sum, { labels, value }) => (chooses(labels) ? sum + value : sum), 0);
  }

  private async read(name: string): Promise<readonly SeriesValue[] | null> {
    const metric = this.registry.getSingleMetric(name);
    if (metric === undefined) return null;
    try {
      return (await metric.get()).values;
    } catch {
      return null;
    }
  }
}
