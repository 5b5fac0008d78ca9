import { Injectable } from '@nestjs/common';
import { Catalogue } from '../../catalogue/catalogue';
import { DatabaseService } from '../../database/database.service';
import { readPage } from '../paging/read-page';
import type { InstantRange } from '../request/instant-range';
import { type CopiedKey, type CopiedPage, copyPage, copyPageSql, lastKeyOf, pageRows } from './copy-page';
import type { ExportRequest, SampleFamily, ThingFamily } from './export-request';
import { type ExportedMetric, findExportedMetrics } from './exported-metric';
import { readAhead } from './read-ahead';
import { type ExportedThings, thingTables } from './thing-tables';

/** Whose rows, and which. */
type RowsRequest = Pick<ExportRequest, 'userId' | 'range'>;

/**
 * Reads everything of a user, in pages of short transactions: no connection is held while a client is slow, and no old
 * snapshot keeps the database from cleaning up.
 *
 * A row that is there from the beginning to the end of the reading is given exactly once, as it is when its page is read,
 * because the keys by which pages go on never change. A row that arrives, is corrected or is erased meanwhile is given as
 * it was before or as it is after. Source: docs/decisions/021-export.md
 */
@Injectable()
export class ExportReader {
  constructor(
    private readonly database: DatabaseService,
    private readonly catalogue: Catalogue,
  ) {}

  /** The metrics of a family that the user has; see {@link findExportedMetrics}. */
  findMetrics(userId: string, family: SampleFamily): Promise<ExportedMetric[]> {
    return this.database.inReadOnlyTransaction([userId], (tx) =>
      findExportedMetrics(tx, this.catalogue, userId, family),
    );
  }

  /** The samples of a metric in the order of time, in pages of COPY's text; holds two pages at most. */
  async *readSamples({ userId, range }: RowsRequest, metric: ExportedMetric): AsyncGenerator<CopiedPage> {
    yield* readAhead<CopiedPage>(async (before) => {
      if (before !== null && before.rows < pageRows) return null;
      const page = await this.copy(userId, metric, range, before === null ? null : lastKeyOf(before));
      return page.rows === 0 ? null : page;
    });
  }

  /** The things of a family in the order of time, in pages; holds two pages at most. */
  async *readThings<Family extends ThingFamily>(
    { userId, range }: RowsRequest,
    family: Family,
  ): AsyncGenerator<readonly ExportedThings[Family][]> {
    const { table, pageRows: limit } = thingTables[family];
    const pages = readAhead<{ items: readonly ExportedThings[Family][]; nextCursor: string | null }>(async (before) => {
      if (before?.nextCursor === null) return null;
      const request = { userId, range, order: 'asc', limit, cursor: before?.nextCursor } as const;
      return await this.database.inReadOnlyTransaction([userId], (tx) => readPage(tx, table, request));
    });
    for await (const { items } of pages) yield items;
  }

  private copy(
    userId: string,
    metric: ExportedMetric,
    range: InstantRange,
    after: CopiedKey | null,
  ): Promise<CopiedPage> {
    const sql = copyPageSql(userId, metric, range, after);
    return this.database.inReadOnlyTransaction([userId], (tx) => copyPage(tx, sql));
  }
}
