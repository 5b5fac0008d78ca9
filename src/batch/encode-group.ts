import type { ColumnBatch, NumberColumn } from './column-batch';
import { type ColumnRows, encodeArray } from './encode-array';
import type { MemberBatch, MemberRows } from './member-batch';

/**
 * The parameters of a statement for a group: whose each member is, for each row its member, from 1, and one array for
 * each named column, with the rows of all parts one after another.
 */
export function groupParameters(
  members: readonly MemberBatch[],
  parts: readonly MemberRows[],
  names: readonly string[],
): unknown[] {
  return [
    members.map(({ userId }) => userId),
    encodeArray(parts.map(({ member, rows }) => memberNumbers(member + 1, rows.length))),
    ...names.map((name) => encodeArray(parts.map((part) => columnRows(members, part, name)))),
  ];
}

/** The parameter after them, where a statement takes it: which ingestion each member is. */
export function seqParameter(members: readonly MemberBatch[]): string[] {
  return members.map(({ ingestionSeq }) => ingestionSeq);
}

function columnRows(members: readonly MemberBatch[], { member, rows }: MemberRows, name: string): ColumnRows {
  return { column: (members[member] as MemberBatch).batch.column(name), rows };
}

function memberNumbers(value: number, length: number): ColumnRows<NumberColumn> {
  // Every row reads the one cell.
  return { column: { kind: 'number', type: 'int2', values: Float64Array.of(value) }, rows: new Uint32Array(length) };
}

/** The value that says on which line of the account a row counts; null for the family's one line. */
export function lineOf(batch: ColumnBatch, row: number): string | number | null {
  const { accountBy } = batch.family;
  return accountBy === undefined ? null : ((batch.column(accountBy).values[row] ?? null) as string | number | null);
}
