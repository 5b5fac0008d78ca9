import { KnownBytes, type NumberWriter, numberWriterOf } from './binary-values';
import type { BatchColumn } from './column-batch';
import type { MemberBatch, MemberRows } from './member-batch';

/*
 * The binary form of COPY (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"): a signature, flags
 * and the length of an extension, then each row as int16 fields and each field as int32 byte length (-1 for NULL) and
 * its bytes, and -1 for the end.
 */

const signature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const trailerBytes = 2;
const uuidBytes = 16;
const bigintBytes = 8;

/** One column of the rows, ready to be written cell by cell. */
type CellSource =
  | { readonly kind: 'number'; readonly values: Float64Array; readonly writer: NumberWriter }
  | { readonly kind: 'object'; readonly values: readonly (string | Buffer | null)[]; readonly known: KnownBytes };

function cellSource(column: BatchColumn): CellSource {
  return column.kind === 'number'
    ? { kind: 'number', values: column.values, writer: numberWriterOf(column.type) }
    : { kind: 'object', values: column.values, known: new KnownBytes(column.type) };
}

/** The most bytes that the rows of one part can take. */
function boundOf(sources: readonly CellSource[], rows: Uint32Array): number {
  const fixed = sources.reduce((sum, source) => sum + 4 + (source.kind === 'number' ? source.writer.bytes : 0), 0);
  let bytes = rows.length * (2 + 4 + uuidBytes + fixed + 4 + bigintBytes);
  for (const source of sources) {
    if (source.kind === 'number') continue;
    for (let i = 0; i < rows.length; i++) {
      const value = source.values[rows[i] as number] ?? null;
      if (value !== null) bytes += source.known.of(value).length;
    }
  }
  return bytes;
}

/** What every row of a member begins with: the number of fields, and its user. */
function rowStart({ userId, batch }: MemberBatch): Buffer {
  const start = Buffer.alloc(2 + 4 + uuidBytes);
  start.writeInt16BE(batch.family.columns.length + 2, 0);
  start.writeInt32BE(uuidBytes, 2);
  start.write(userId.replaceAll('-', ''), 6, 'hex');
  return start;
}

/** What every row of a member ends with: its ingestion_seq. */
function rowEnd({ ingestionSeq }: MemberBatch): Buffer {
  const end = Buffer.alloc(4 + bigintBytes);
  end.writeInt32BE(bigintBytes, 0);
  end.writeBigInt64BE(BigInt(ingestionSeq), 4);
  return end;
}

function writeCell(out: Buffer, view: DataView, at: number, source: CellSource, row: number): number {
  if (source.kind === 'number') {
    const value = source.values[row] as number;
    if (Number.isNaN(value)) {
      view.setInt32(at, -1);
      return at + 4;
    }
    view.setInt32(at, source.writer.bytes);
    source.writer.write(view, at + 4, value);
    return at + 4 + source.writer.bytes;
  }
  const value = source.values[row] ?? null;
  if (value === null) {
    view.setInt32(at, -1);
    return at + 4;
  }
  const bytes = source.known.of(value);
  view.setInt32(at, bytes.length);
  out.set(bytes, at + 4);
  return at + 4 + bytes.length;
}

/** Encodes rows of a group for `COPY … FROM STDIN (FORMAT binary)`: `user_id`, the family's columns, `ingestion_seq`. */
export function encodeCopy(members: readonly MemberBatch[], parts: readonly MemberRows[]): Buffer {
  const sources = parts.map(({ member }) => (members[member] as MemberBatch).batch.columns.map(cellSource));
  const bound = parts.reduce((sum, { rows }, i) => sum + boundOf(sources[i] as CellSource[], rows), 0);
  const out = Buffer.allocUnsafe(signature.length + bound + trailerBytes);
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  out.set(signature, 0);
  let at = signature.length;
  for (const [i, { member, rows }] of parts.entries()) {
    const start = rowStart(members[member] as MemberBatch);
    const end = rowEnd(members[member] as MemberBatch);
    const columns = sources[i] as CellSource[];
    for (let k = 0; k < rows.length; k++) {
      const row = rows[k] as number;
      out.set(start, at);
      at += start.length;
      for (let c = 0; c < columns.length; c++) at = writeCell(out, view, at, columns[c] as CellSource, row);
      out.set(end, at);
      at += end.length;
    }
  }
  view.setInt16(at, -1);
  return out.subarray(0, at + trailerBytes);
}
