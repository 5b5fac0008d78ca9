import type { ColumnType } from '../catalogue/family';

/** OIDs of the element types, fixed in PostgreSQL's pg_type.dat. */
export const oidOf: Readonly<Record<ColumnType, number>> = {
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

/** How the numbers of one type are sent: their bytes, big-endian, at an offset. */
export interface NumberWriter {
  readonly bytes: number;
  write(view: DataView, at: number, value: number): void;
}

/** 2000-01-01, the epoch of PostgreSQL's dates and timestamps, in the units of ours. */
const postgresEpoch = { days: 10_957, ms: 946_684_800_000 };

const twoTo32 = 0x1_0000_0000;

/** Beyond this distance from 2000, in ms, a double no longer tells all microseconds apart: some 285 years. */
const maxExactMs = Number.MAX_SAFE_INTEGER / 1000;

function writeTimestamp(view: DataView, at: number, value: number): void {
  const wholeMs = Math.floor(value);
  const ms = wholeMs - postgresEpoch.ms;
  const fractionUs = value === wholeMs ? 0 : Math.round((value - wholeMs) * 1000);
  if (ms < maxExactMs && ms > -maxExactMs) {
    const us = ms * 1000 + fractionUs;
    const high = Math.floor(us / twoTo32);
    view.setInt32(at, high);
    view.setUint32(at + 4, us - high * twoTo32);
    return;
  }
  // The two halves are multiplied alone.
  const highMs = Math.floor(ms / twoTo32);
  const low = (ms - highMs * twoTo32) * 1000 + fractionUs;
  const carry = Math.floor(low / twoTo32);
  view.setInt32(at, highMs * 1000 + carry);
  view.setUint32(at + 4, low - carry * twoTo32);
}

/** The writers of the types that a batch holds as numbers; in the units of `ColumnBatch`. */
const numberWriters: Readonly<Partial<Record<ColumnType, NumberWriter>>> = {
  bool: { bytes: 1, write: (view, at, value) => view.setUint8(at, value) },
  date: { bytes: 4, write: (view, at, value) => view.setInt32(at, value - postgresEpoch.days) },
  float8: { bytes: 8, write: (view, at, value) => view.setFloat64(at, value) },
  int2: { bytes: 2, write: (view, at, value) => view.setInt16(at, value) },
  int4: { bytes: 4, write: (view, at, value) => view.setInt32(at, value) },
  timestamptz: { bytes: 8, write: writeTimestamp },
};

/** The writer of a numeric type; throws for another. */
export function numberWriterOf(type: ColumnType): NumberWriter {
  const writer = numberWriters[type];
  if (writer === undefined) throw new Error(`${type} is not a numeric column type`);
  return writer;
}

function toBytes(type: ColumnType, value: string | Buffer): Buffer {
  if (typeof value !== 'string') return value;
  if (type === 'uuid') return Buffer.from(value.replaceAll('-', ''), 'hex');
  // jsonb's binary form is a version byte and the text (src/backend/utils/adt/jsonb.c, jsonb_recv).
  if (type === 'jsonb') return Buffer.concat([Buffer.of(1), Buffer.from(value)]);
  return Buffer.from(value);
}

/** Turns texts into bytes, each only once: sources and contexts repeat row after row. */
export class KnownBytes {
  private readonly known = new Map<string | Buffer, Buffer>();
  private lastValue: string | Buffer | null = null;
  private lastBytes: Buffer = Buffer.alloc(0);

  constructor(private readonly type: ColumnType) {}

  /** The bytes of a value in its binary form. */
  of(value: string | Buffer): Buffer {
    if (value === this.lastValue) return this.lastBytes;
    let bytes = this.known.get(value);
    if (bytes === undefined) {
      bytes = toBytes(this.type, value);
      this.known.set(value, bytes);
    }
    this.lastValue = value;
    this.lastBytes = bytes;
    return bytes;
  }
}
