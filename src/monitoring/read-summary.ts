import { Summary, type SummaryConfiguration } from 'prom-client';

/** What was seen so far: how often, all of it together, and quantiles of what was seen last, by the share below each. */
export interface SummaryReading {
  readonly count: number;
  readonly sum: number;
  readonly quantiles: Readonly<Record<string, number>>;
}

/** A summary whose figures somebody else keeps: it is read when it is asked for. */
export class ReadSummary extends Summary {
  constructor(
    configuration: Pick<SummaryConfiguration<string>, 'name' | 'help'>,
    private readonly read: () => SummaryReading,
  ) {
    super({ ...configuration, percentiles: [] });
  }

  /** As prom-client's registry writes them. */
  override async get(): ReturnType<Summary['get']> {
    const own = await super.get();
    const { count, sum, quantiles } = this.read();
    const values = [
      ...Object.entries(quantiles).map(([quantile, value]) => ({ labels: { quantile }, value })),
      { metricName: `${own.name}_sum`, labels: {}, value: sum },
      { metricName: `${own.name}_count`, labels: {}, value: count },
    ];
    return { ...own, values } as Awaited<ReturnType<Summary['get']>>;
  }
}
