import { Injectable } from '@nestjs/common';
import { Catalogue } from '../../catalogue/catalogue';
import { DatabaseService } from '../../database/database.service';
import { countSamples, type SampleCount } from './count-samples';
import { type SeeAlso, seeAlsoOf } from './see-also';

/** What there is of one metric in one unit. */
export interface MetricSummary extends SeeAlso {
  readonly name: string;
  readonly unit: string;
  /** How its samples are rolled up; only of metrics that the catalogue knows. */
  readonly kind?: string;
  /** Samples; of `sleep_analysis` nights and segments. */
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

/** Says which metrics a user has. */
@Injectable()
export class MetricListService {
  constructor(
    private readonly database: DatabaseService,
    private readonly catalogue: Catalogue,
  ) {}

  /** What a user has, by name and then unit. */
  async read(userId: string): Promise<readonly MetricSummary[]> {
    const counts = await this.database.inReadOnlyTransaction([userId], (tx) => countSamples(tx, userId));
    const summaries = new Map<string, MetricSummary>();
    for (const count of counts) {
      const summary = this.summaryOf(count);
      if (summary === undefined) continue;
      // Nights, segments and plain numbers of sleep are one metric to whoever asks what there is.
      const key = JSON.stringify([summary.name, summary.unit]);
      summaries.set(key, addUp(summaries.get(key), summary));
    }
    return [...summaries.values()].sort((a, b) => compare(a.name, b.name) || compare(a.unit, b.unit));
  }

  private summaryOf(counted: SampleCount): MetricSummary | undefined {
    const measured = {
      count: Number(counted.count),
      firstAt: counted.first_at.toISOString(),
      lastAt: counted.last_at.toISOString(),
    };
    const { own_name: ownName, own_unit: ownUnit } = counted;
    if (ownName !== null && ownUnit !== null) return { name: ownName, unit: ownUnit, ...measured };
    const definition =
      counted.metric_id === null
        ? this.catalogue.find(counted.family === 'sleep' ? 'sleep_analysis' : counted.family)
        : this.catalogue.byId(counted.metric_id);
    if (definition === undefined) return undefined;
    const { name, unit, kind } = definition;
    return { name, unit, kind, ...measured, ...seeAlsoOf(name) };
  }
}

function addUp(a: MetricSummary | undefined, b: MetricSummary): MetricSummary {
  if (a === undefined) return b;
  return {
    ...b,
    count: a.count + b.count,
    firstAt: a.firstAt < b.firstAt ? a.firstAt : b.firstAt,
    lastAt: a.lastAt > b.lastAt ? a.lastAt : b.lastAt,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
