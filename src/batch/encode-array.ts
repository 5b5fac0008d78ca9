import { KnownBytes, numberWriterOf, oidOf } from './binary-values';
import type { BatchColumn, NumberColumn, ObjectColumn } from './column-batch';

/*
 * PostgreSQL's binary form of a one-dimensional array (src/backend/utils/adt/arrayfuncs.c, array_send):
 *   int32 dimensions, int32 has NULLs, int32 element OID, int32 length, int32 lower bound,
 *   then each element as int32 byte length (-1 for NULL) and its bytes.
 * node-postgres sends a Buffer as a binary parameter, so a column of 8,000 numbers is one copy, with no text in between.
 */

const headerBytes = 20;

/** Some rows of a column, in the order in which they are written. */
export interface ColumnRows<Column extends BatchColumn = BatchColumn> {
  readonly column: Column;
  readonly rows: Uint32Array;
}

function writeHeader(view: DataView, oid: number, length: number, hasNulls: boolean): void {
  view.setInt32(0, 1);
  view.setInt32(4, hasNulls ? 1 : 0);
  view.setInt32(8, oid);
  view.setInt32(12, length);
  view.setInt32(16, 1);
}

function lengthOf(parts: readonly ColumnRows[]): number {
  let length = 0;
  for (const { rows } of parts) length += rows.length;
  return length;
}

function encodeNumbers(parts: readonly ColumnRows<NumberColumn>[], oid: number): Buffer {
  const writer = numberWriterOf((parts[0] as ColumnRows<NumberColumn>).column.type);
  const length = lengthOf(parts);
  const out = Buffer.allocUnsafe(headerBytes + length * (4 + writer.bytes));
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  let at = headerBytes;
  let hasNulls = false;
  for (const { column, rows } of parts) {
    const { values } = column;
    for (let i = 0; i < rows.length; i++) {
      const value = values[rows[i] as number] as number;
      if (Number.isNaN(value)) {
        hasNulls = true;
        view.setInt32(at, -1);
        at += 4;
      } else {
        view.setInt32(at, writer.bytes);
        writer.write(view, at + 4, value);
        at += 4 + writer.bytes;
      }
    }
  }
  writeHeader(view, oid, length, hasNulls);
  return out.subarray(0, at);
}

function encodeObjects(parts: readonly ColumnRows<ObjectColumn>[], oid: number): Buffer {
  const known = new KnownBytes((parts[0] as ColumnRows<ObjectColumn>).column.type);
  const cells: (Buffer | null)[] = [];
  let bytes = headerBytes;
  for (const { column, rows } of parts) {
    const { values } = column;
    for (let i = 0; i < rows.length; i++) {
      const value = values[rows[i] as number] ?? null;
      const cell = value === null ? null : known.of(value);
      cells.push(cell);
      bytes += 4 + (cell === null ? 0 : cell.length);
    }
  }
  const out = Buffer.allocUnsafe(bytes);
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  let at = headerBytes;
  let hasNulls = false;
  for (const cell of cells) {
    if (cell === null) {
      hasNulls = true;
      view.setInt32(at, -1);
      at += 4;
    } else {
      view.setInt32(at, cell.length);
      out.set(cell, at + 4);
      at += 4 + cell.length;
    }
  }
  writeHeader(view, oid, cells.length, hasNulls);
  return out;
}

/** Encodes rows of one or more columns of the same type, one after another, as one binary array parameter. */
export function encodeArray(parts: readonly ColumnRows[]): Buffer {
  const { column } = parts[0] as ColumnRows;
  const oid = oidOf[column.type];
  return column.kind === 'number'
    ? encodeNumbers(parts as readonly ColumnRows<NumberColumn>[], oid)
    : encodeObjects(parts as readonly ColumnRows<ObjectColumn>[], oid);
}
