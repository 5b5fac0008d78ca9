import type { QueryResultRow } from 'pg';
import type { Transaction } from '../../database/database.service';
import type { InstantRange } from '../request/instant-range';
import { bindingOf, decodeCursor, encodeCursor, type KeyType, type KeyValues, maxInstantUs } from './cursor';
import { timestampFromUs } from './instant-text';

/** A column that rows are ordered by. */
interface KeyColumn {
  readonly name: string;
  readonly type: KeyType;
}

/**
 * A table that is read in pages, and how its rows are shown. Every name in it is a constant of the code.
 *
 * `key` is what orders rows and tells them apart for one user and one set of filters; its first column is the time that
 * the range is about. `columns` are read beside it. A `Row` has columns under their own names, except for the instants
 * of the key: those are microseconds since 1970 as text, `recorded_at` under the name `recorded_us`.
 */
export interface PagedTable<Row extends QueryResultRow, Item> {
  readonly table: string;
  readonly key: readonly [KeyColumn, ...KeyColumn[]];
  readonly columns: readonly string[];
  readonly toItem: (row: Row) => Item;
}

/** Which rows of a table, and which page of them. A filter that is undefined does not filter. */
export interface PageRequest {
  readonly userId: string;
  readonly range: InstantRange;
  readonly filters?: Readonly<Record<string, string | number | undefined>>;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** One page; `nextCursor` is null at the end. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** A statement with the values of its parameters. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** What a statement needs to know of a table. */
type AnyTable = Omit<PagedTable<QueryResultRow, unknown>, 'toItem'>;

const castByType: Readonly<Record<KeyType, string>> = {
  instant: 'timestamptz',
  text: 'text',
  int2: 'int2',
  uuid: 'uuid',
};

/** The range that is left after a row at `atUs`: row comparison prunes no partition, two plain bounds on time do. */
function rangeAfter({ fromUs, toUs }: InstantRange, order: 'asc' | 'desc', atUs: bigint): InstantRange {
  if (order === 'asc') return { fromUs: fromUs !== null && fromUs > atUs ? fromUs : atUs, toUs };
  // After the last instant there is none to write; nothing lies there that would have to be left out.
  const afterUs = atUs < maxInstantUs ? atUs + 1n : null;
  return { fromUs, toUs: toUs !== null && toUs <= atUs ? toUs : afterUs };
}

function fieldOf({ name, type }: KeyColumn): string {
  return type === 'instant' ? name.replace(/_at$/, '_us') : name;
}

/** A Date would lose the microseconds, and with them the place between two rows of one millisecond. */
function selectKey(column: KeyColumn): string {
  const { name, type } = column;
  return type === 'instant' ? `(extract(epoch FROM ${name}) * 1000000)::int8 AS ${fieldOf(column)}` : name;
}

/** The one statement of a page; it asks for a row more than the page has, to know whether there is a next one. */
export function pageStatement(table: AnyTable, request: PageRequest, after: KeyValues | null): Statement {
  const values: unknown[] = [];
  const bind = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const [time] = table.key;
  const range = after === null ? request.range : rangeAfter(request.range, request.order, BigInt(String(after[0])));
  const conditions = [
    `user_id = ${bind(request.userId, 'uuid')}`,
    `${time.name} >= ${bind(timestampFromUs(range.fromUs, '-infinity'), 'timestamptz')}`,
    `${time.name} < ${bind(timestampFromUs(range.toUs, 'infinity'), 'timestamptz')}`,
  ];
  for (const [name, value] of Object.entries(request.filters ?? {})) {
    if (value === undefined) continue;
    conditions.push(`${name} = ${bind(value, typeof value === 'number' ? 'int2' : 'text')}`);
  }
  if (after !== null) {
    const names = table.key.map(({ name }) => name).join(', ');
    const bound = table.key.map(({ type }, i) => {
      const value = after[i];
      return bind(type === 'instant' ? timestampFromUs(BigInt(String(value)), 'infinity') : value, castByType[type]);
    });
    conditions.push(`(${names}) ${request.order === 'asc' ? '>' : '<'} (${bound.join(', ')})`);
  }
  const sql = `
SELECT ${[...table.key.map(selectKey), ...table.columns].join(', ')}
  FROM ${table.table}
 WHERE ${conditions.join(' AND ')}
 ORDER BY ${table.key.map(({ name }) => `${name} ${request.order}`).join(', ')}
 LIMIT ${bind(request.limit + 1, 'int4')}`;
  return { sql, values };
}

/**
 * Reads one page in one statement. Pages are stable while rows arrive: a later page never repeats or leaves out a row
 * that was there at the first; a new row shows when its place is after the cursor.
 *
 * Errors: rejects with Problem 400 `cursor_invalid` when the cursor does not belong to this request.
 */
export async function readPage<Row extends QueryResultRow, Item>(
  tx: Transaction,
  table: PagedTable<Row, Item>,
  request: PageRequest,
): Promise<Page<Item>> {
  const { userId, range, filters = {}, order, limit } = request;
  const binding = bindingOf([userId, table.table, String(range.fromUs), String(range.toUs), filters, order]);
  const types = table.key.map(({ type }) => type);
  const after = request.cursor === undefined ? null : decodeCursor(request.cursor, binding, types);
  const { sql, values } = pageStatement(table, request, after);
  const rows = await tx.query<Row>(sql, values);
  const items = rows.slice(0, limit).map(table.toItem);
  const last = rows[limit - 1];
  if (rows.length <= limit || last === undefined) return { items, nextCursor: null };
  return {
    items,
    nextCursor: encodeCursor(
      binding,
      table.key.map((column) => last[fieldOf(column)]),
    ),
  };
}
