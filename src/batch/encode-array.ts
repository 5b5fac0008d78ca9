import type { ColumnType } from '../catalogue/family';
import type { BatchColumn } from './column-batch';

/*
 * PostgreSQL's binary form of a one-dimensional array (src/backend/utils/adt/arrayfuncs.c, array_send):
 *   int32 dimensions, int32 has NULLs, int32 element OID, int32 length, int32 lower bound,
 *   then each element as int32 byte length (-1 for NULL) and its bytes.
 * node-postgres sends a Buffer as a binary parameter, so a column of 8,000 numbers is one copy, with no text in between.
 */

const headerBytes = 20;

/** OIDs of the element types, fixed in PostgreSQL's pg_type.dat. */
const oidOf: Readonly<Record<ColumnType, number>> = {
  bool: 16,
  bytea: 17,
  date: 1082,
  float8: 701,
  int2: 21,
  int4: 23,
  jsonb: 3802,
  text: 25,
  timestamptz: 1184,
  uuid: 2950,
};

/** 2000-01-01, the epoch of PostgreSQL's dates and timestamps, in the units of ours. */
const postgresEpoch = { days: 10_957, ms: 946_684_800_000 };

function writeHeader(out: Buffer, type: ColumnType, length: number, hasNulls: boolean): void {
  out.writeInt32BE(1, 0);
  out.writeInt32BE(hasNulls ? 1 : 0, 4);
  out.writeInt32BE(oidOf[type], 8);
  out.writeInt32BE(length, 12);
  out.writeInt32BE(1, 16);
}

/** Bytes of one element and how it is written at an offset. */
interface NumberWriter {
  readonly bytes: number;
  write(out: Buffer, value: number, at: number): void;
}

const numberWriters: Partial<Record<ColumnType, NumberWriter>> = {
  bool: { bytes: 1, write: (out, value, at) => out.writeUInt8(value, at) },
  date: { bytes: 4, write: (out, value, at) => out.writeInt32BE(value - postgresEpoch.days, at) },
  float8: { bytes: 8, write: (out, value, at) => out.writeDoubleBE(value, at) },
  int2: { bytes: 2, write: (out, value, at) => out.writeInt16BE(value, at) },
  int4: { bytes: 4, write: (out, value, at) => out.writeInt32BE(value, at) },
  timestamptz: {
    bytes: 8,
    // Years from 4253 on have more microseconds than a double tells apart: the two halves are multiplied alone.
    write: (out, value, at) => {
      const wholeMs = Math.floor(value);
      const ms = wholeMs - postgresEpoch.ms;
      const highMs = Math.floor(ms / 0x1_0000_0000);
      const low = (ms - highMs * 0x1_0000_0000) * 1000 + Math.round((value - wholeMs) * 1000);
      const carry = Math.floor(low / 0x1_0000_0000);
      out.writeInt32BE(highMs * 1000 + carry, at);
      out.writeUInt32BE(low - carry * 0x1_0000_0000, at + 4);
    },
  },
};

function encodeNumbers(type: ColumnType, values: Float64Array, rows: Uint32Array): Buffer {
  const writer = numberWriters[type];
  if (writer === undefined) throw new Error(`${type} is not a numeric column type`);
  const out = Buffer.allocUnsafe(headerBytes + rows.length * (4 + writer.bytes));
  let at = headerBytes;
  let hasNulls = false;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i] as number] as number;
    if (Number.isNaN(value)) {
      hasNulls = true;
      at = out.writeInt32BE(-1, at);
    } else {
      out.writeInt32BE(writer.bytes, at);
      writer.write(out, value, at + 4);
      at += 4 + writer.bytes;
    }
  }
  writeHeader(out, type, rows.length, hasNulls);
  return out.subarray(0, at);
}

function toBytes(type: ColumnType, value: string | Buffer): Buffer {
  if (typeof value !== 'string') return value;
  if (type === 'uuid') return Buffer.from(value.replaceAll('-', ''), 'hex');
  // jsonb's binary form is a version byte and the text (src/backend/utils/adt/jsonb.c, jsonb_recv).
  if (type === 'jsonb') return Buffer.concat([Buffer.of(1), Buffer.from(value)]);
  return Buffer.from(value);
}

function encodeObjects(type: ColumnType, values: readonly (string | Buffer | null)[], rows: Uint32Array): Buffer {
  // Sources and contexts repeat row after row: each text is turned into bytes once.
  const known = new Map<string | Buffer, Buffer>();
  const cells: (Buffer | null)[] = [];
  let bytes = headerBytes;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i] as number] ?? null;
    let cell: Buffer | null = null;
    if (value !== null) {
      cell = known.get(value) ?? toBytes(type, value);
      known.set(value, cell);
    }
    cells.push(cell);
    bytes += 4 + (cell === null ? 0 : cell.length);
  }
  const out = Buffer.allocUnsafe(bytes);
  let at = headerBytes;
  let hasNulls = false;
  for (const cell of cells) {
    if (cell === null) {
      hasNulls = true;
      at = out.writeInt32BE(-1, at);
    } else {
      at = out.writeInt32BE(cell.length, at);
      at += cell.copy(out, at);
    }
  }
  writeHeader(out, type, rows.length, hasNulls);
  return out;
}

/** Encodes the given rows of a column, in the given order, as a binary array parameter. */
export function encodeArray(column: BatchColumn, rows: Uint32Array): Buffer {
  return column.kind === 'number'
    ? encodeNumbers(column.type, column.values, rows)
    : encodeObjects(column.type, column.values, rows);
}
