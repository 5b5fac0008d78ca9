import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

/** What the name of every metric of ours begins with, an underscore after it. */
export const metricPrefix = 'health_export';

/** What the injection tokens of metrics begin with, see `getToken` of @willsoto/nestjs-prometheus. */
const tokenPrefix = 'PROM_METRIC_';

/** Upper limits of buckets for times of requests, in s; 0.05 and 0.2 are there because promises are made about them. */
export const latencyBucketsS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 5, 10,
];

/**
 * Refuses to start with a metric that lacks our prefix or that two modules declare: of two declarations with one name
 * the first would win without a word, with its labels.
 */
@Injectable()
export class MetricNames implements OnModuleInit {
  constructor(private readonly modules: ModulesContainer) {}

  onModuleInit(): void {
    const declaredIn = new Map<string, string>();
    for (const [token, name, module] of this.declarations()) {
      const other = declaredIn.get(token);
      if (other !== undefined) throw new Error(`the metric ${name} is declared in ${other} and in ${module}`);
      if (!name.startsWith(`${metricPrefix}_`)) throw new Error(`the metric ${name} of ${module} lacks its prefix`);
      declaredIn.set(token, module);
    }
  }

  private *declarations(): Iterable<[token: string, name: string, module: string]> {
    for (const module of this.modules.values()) {
      for (const [token, { instance }] of module.providers) {
        if (typeof token !== 'string' || !token.startsWith(tokenPrefix)) continue;
        yield [token, (instance as { name: string }).name, module.name];
      }
    }
  }
}
