import { Injectable } from '@nestjs/common';
import { Catalogue } from '../../catalogue/catalogue';
import { DatabaseService } from '../../database/database.service';
import type { Identity } from '../../identity/identity';
import { type PageRequest, readPage } from '../paging/read-page';
import { type RangeQuery, readRange } from '../request/instant-range';
import { findMetric } from './find-metric';
import { type Sample, sampleTables } from './sample-tables';
import { type SeeAlso, seeAlsoOf } from './see-also';

/** What can be asked of the samples of one metric, as it was read from the query string. */
export type SamplesQuery = RangeQuery &
  Pick<PageRequest, 'order' | 'limit' | 'cursor'> & {
    readonly source?: string | undefined;
    readonly granularity?: number | undefined;
    readonly unit?: string | undefined;
  };

/** One page of a metric's samples. */
export interface SamplesAnswer extends SeeAlso {
  readonly metric: string;
  readonly unit: string;
  readonly samples: readonly Sample[];
  readonly nextCursor: string | null;
}

/** Reads the samples of one metric. */
@Injectable()
export class SamplesService {
  constructor(
    private readonly database: DatabaseService,
    private readonly catalogue: Catalogue,
  ) {}

  /**
   * One page of a user's samples of a metric, in two statements, or three when the metric is kept in several units.
   *
   * A metric of the catalogue that was never sent has no samples; `sleep_analysis` only has those that came as plain
   * numbers, for nights and segments have routes of their own, which `seeAlso` names.
   *
   * Errors: rejects with Problem 404 `metric_unknown`; 400 `query_invalid`, `range_invalid` or `cursor_invalid`.
   */
  read(identity: Identity, name: string, query: SamplesQuery): Promise<SamplesAnswer> {
    const { userId } = identity;
    const { source, granularity, unit, limit, order, cursor } = query;
    const range = readRange(query, identity.timeZone);
    return this.database.inReadOnlyTransaction([userId], async (tx) => {
      const metric = await findMetric(tx, this.catalogue, userId, name, unit);
      const metricId = metric.family === 'quantity' ? metric.metricId : undefined;
      const filters = { metric_id: metricId, source, granularity };
      const page = await readPage(tx, sampleTables[metric.family], { userId, range, filters, limit, order, cursor });
      const { items: samples, nextCursor } = page;
      return { metric: metric.name, unit: metric.unit, ...seeAlsoOf(metric.name), samples, nextCursor };
    });
  }
}
