import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Gauge, Metric, register } from 'prom-client';
import { metricPrefix } from './metric-names';
import { ReadSummary, type SummaryReading } from './read-summary';

/** A figure that is read when somebody asks for the metrics. */
export interface GaugeDefinition {
  /** Without our prefix, in base units: `database_pool_connections`, `…_seconds`, `…_bytes`. */
  readonly name: string;
  readonly help: string;
}

/** The same with one label, whose values are a closed set. */
export interface LabelledGaugeDefinition extends GaugeDefinition {
  readonly label: string;
}

/** The same with several labels, whose values are closed sets. */
export interface SeriesDefinition extends GaugeDefinition {
  readonly labels: readonly string[];
}

/** One series of a gauge with several labels. */
export interface SeriesValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Where modules register figures that they can tell at any time. */
@Injectable()
export class MonitoringService implements OnApplicationShutdown {
  private readonly metrics = new Map<string, Metric>();

  /**
   * Adds a gauge of one value; a `read` that gives null or throws leaves the gauge out. Errors: throws when the name is
   * taken.
   */
  registerGauge({ name, help }: GaugeDefinition, read: () => number | null): void {
    this.addGauge({ name, help }, (gauge) => {
      const value = read();
      if (value === null) gauge.remove();
      else gauge.set(value);
    });
  }

  /** Adds a gauge with a value for each value of its label; the same errors. */
  registerLabelledGauge(definition: LabelledGaugeDefinition, read: () => Readonly<Record<string, number>>): void {
    const { name, help, label } = definition;
    this.addGauge({ name, help, labelNames: [label] }, (gauge) => {
      for (const [labelValue, value] of Object.entries(read())) gauge.set({ [label]: labelValue }, value);
    });
  }

  /**
   * Adds a gauge of several labels, which somebody else has to be asked for; a `read` that rejects leaves it out. The
   * whole answer waits for `read`: it must settle within a fraction of a second, whatever it asks.
   */
  registerSeries({ name, help, labels }: SeriesDefinition, read: () => Promise<readonly SeriesValue[]>): void {
    this.addGauge({ name, help, labelNames: [...labels] }, async (gauge) => {
      for (const series of await read()) gauge.set(series.labels, series.value);
    });
  }

  /** Adds quantiles that are read when somebody asks, with the label `quantile`; the same errors. */
  registerSummary({ name, help }: GaugeDefinition, read: () => SummaryReading): void {
    const fullName = this.claim(name);
    this.metrics.set(fullName, new ReadSummary({ name: fullName, help }, read));
  }

  /** prom-client's registry is the process': it outlives the application, and what is read here does not. */
  onApplicationShutdown(): void {
    for (const [name, metric] of this.metrics) {
      if (register.getSingleMetric(name) === metric) register.removeSingleMetric(name);
    }
  }

  private claim(ownName: string): string {
    const name = `${metricPrefix}_${ownName}`;
    if (this.metrics.has(name)) throw new Error(`two modules register the gauge ${name}`);
    // Of two applications in one process, as in tests, the later one is told about.
    register.removeSingleMetric(name);
    return name;
  }

  private addGauge(
    definition: GaugeDefinition & { labelNames?: string[] },
    collect: (gauge: Gauge) => void | Promise<void>,
  ): void {
    const name = this.claim(definition.name);
    const gauge = new Gauge({
      ...definition,
      name,
      async collect() {
        try {
          this.reset();
          await collect(this);
        } catch {
          // A gauge without labels is 0 after that, one with labels has no series.
          this.reset();
          if (definition.labelNames === undefined) this.remove();
        }
      },
    });
    this.metrics.set(name, gauge);
  }
}
