import { Injectable } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import { DatabaseService } from '../../database/database.service';
import type { Identity } from '../../identity/identity';
import { type RangeQuery, readRange } from '../request/instant-range';
import { type Page, type PagedTable, type PageRequest, readPage } from './read-page';

/** What can be asked of any table that is read in pages. */
type PageQuery = RangeQuery & Pick<PageRequest, 'cursor' | 'limit' | 'order'>;

/** Reads one page of a person's own rows, in one statement. */
@Injectable()
export class PageReader {
  constructor(private readonly database: DatabaseService) {}

  /**
   * The page that a query asks for; see {@link readPage}.
   *
   * Errors: rejects with Problem 400 `range_invalid` or `cursor_invalid`.
   */
  read<Row extends QueryResultRow, Item>(
    { userId, timeZone }: Identity,
    table: PagedTable<Row, Item>,
    query: PageQuery,
    filters: NonNullable<PageRequest['filters']> = {},
  ): Promise<Page<Item>> {
    const { cursor, limit, order } = query;
    const request = { userId, range: readRange(query, timeZone), filters, cursor, limit, order };
    return this.database.inReadOnlyTransaction([userId], (tx) => readPage(tx, table, request));
  }
}
