import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Gauge, register } from 'prom-client';
import { metricPrefix } from './metric-names';

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

/** Where modules register figures that they can tell at any time. */
@Injectable()
export class MonitoringService implements OnApplicationShutdown {
  private readonly gauges = new Map<string, Gauge>();

  /** Adds a gauge of one value. Errors: throws when the name is taken; a `read` that throws leaves the gauge out. */
  registerGauge({ name, help }: GaugeDefinition, read: () => number): void {
    this.add({ name, help }, (gauge) => gauge.set(read()));
  }

  /** Adds a gauge with a value for each value of its label; the same errors. */
  registerLabelledGauge(definition: LabelledGaugeDefinition, read: () => Readonly<Record<string, number>>): void {
    const { name, help, label } = definition;
    this.add({ name, help, labelNames: [label] }, (gauge) => {
      for (const [labelValue, value] of Object.entries(read())) gauge.set({ [label]: labelValue }, value);
    });
  }

  /** prom-client's registry is the process': it outlives the application, and what is read here does not. */
  onApplicationShutdown(): void {
    for (const [name, gauge] of this.gauges) {
      if (register.getSingleMetric(name) === gauge) register.removeSingleMetric(name);
    }
  }

  private add(definition: GaugeDefinition & { labelNames?: string[] }, collect: (gauge: Gauge) => void): void {
    const name = `${metricPrefix}_${definition.name}`;
    if (this.gauges.has(name)) throw new Error(`two modules register the gauge ${name}`);
    // Of two applications in one process, as in tests, the later one is told about.
    register.removeSingleMetric(name);
    const gauge = new Gauge({
      ...definition,
      name,
      collect() {
        try {
          this.reset();
          collect(this);
        } catch {
          this.remove();
        }
      },
    });
    this.gauges.set(name, gauge);
  }
}
