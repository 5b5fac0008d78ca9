import type { ColumnBatch } from '../../../src/batch/column-batch';

/** The columns that every way writes, in this order. */
export const writtenColumns =
  'user_id, recorded_at, source, granularity, value, min, max, zone_offset_minutes, flags, ingestion_seq';

/** Microseconds from 1970 to 2000, PostgreSQL's epoch. */
const postgresEpochUs = 946_684_800_000_000n;

/** The columns of a heart-rate batch by name: what every way starts from. */
export function heartRateColumns(batch: ColumnBatch) {
  return {
    recordedAt: batch.numbers('recorded_at').values,
    source: batch.objects('source').values as readonly string[],
    granularity: batch.numbers('granularity').values,
    value: batch.numbers('value').values,
    min: batch.numbers('min').values,
    max: batch.numbers('max').values,
    zoneOffset: batch.numbers('zone_offset_minutes').values,
    flags: batch.numbers('flags').values,
  };
}

function escapeText(text: string): string {
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (char) => `\\${char === '\t' ? 't' : char}`) : text;
}

/** `COPY` text: one string of all rows, as tuned encoders do; the date by arithmetic on a cached day. */
export function encodeCopyText(userId: string, batch: ColumnBatch): Buffer {
  const { recordedAt, source, granularity, value, min, max, zoneOffset, flags } = heartRateColumns(batch);
  let out = '';
  let day = -1;
  let dayText = '';
  for (let i = 0; i < batch.length; i++) {
    const atMs = recordedAt[i] as number;
    const sampleDay = Math.floor(atMs / 86_400_000);
    if (sampleDay !== day) {
      day = sampleDay;
      dayText = new Date(day * 86_400_000).toISOString().slice(0, 10);
    }
    const seconds = (atMs - day * 86_400_000) / 1000;
    const h = Math.floor(seconds / 3600);
    const m = Math.floor(seconds / 60) % 60;
    const s = seconds % 60;
    const time = `${h < 10 ? '0' : ''}${h}:${m < 10 ? '0' : ''}${m}:${s < 10 ? '0' : ''}${s}`;
    out += `${userId}\t${dayText} ${time}+00\t${escapeText(source[i] as string)}\t${granularity[i]}\t${value[i]}\t${min[i]}\t${max[i]}\t${zoneOffset[i]}\t${flags[i]}\t1\n`;
  }
  return Buffer.from(out);
}

/** `COPY` binary: one buffer of all rows. */
export function encodeCopyBinary(userId: string, batch: ColumnBatch): Buffer {
  const { recordedAt, source, granularity, value, min, max, zoneOffset, flags } = heartRateColumns(batch);
  const user = Buffer.from(userId.replaceAll('-', ''), 'hex');
  const sourceBytes = new Map([...new Set(source)].map((text) => [text, Buffer.from(text)]));
  const rowBytes = 2 + 10 * 4 + 16 + 8 + 2 + 24 + 2 + 2 + 8;
  const textBytes = source.reduce((sum, text) => sum + (sourceBytes.get(text) as Buffer).length, 0);
  const out = Buffer.allocUnsafe(19 + batch.length * rowBytes + textBytes + 2);
  let at = out.write('PGCOPY\n\xff\r\n\0', 0, 'latin1');
  at = out.writeInt32BE(0, at);
  at = out.writeInt32BE(0, at);
  const int2 = (number: number): void => {
    at = out.writeInt32BE(2, at);
    at = out.writeInt16BE(number, at);
  };
  const float8 = (number: number): void => {
    at = out.writeInt32BE(8, at);
    at = out.writeDoubleBE(number, at);
  };
  for (let i = 0; i < batch.length; i++) {
    at = out.writeInt16BE(10, at);
    at = out.writeInt32BE(16, at);
    at += user.copy(out, at);
    at = out.writeInt32BE(8, at);
    at = out.writeBigInt64BE(BigInt(recordedAt[i] as number) * 1000n - postgresEpochUs, at);
    const text = sourceBytes.get(source[i] as string) as Buffer;
    at = out.writeInt32BE(text.length, at);
    at += text.copy(out, at);
    int2(granularity[i] as number);
    float8(value[i] as number);
    float8(min[i] as number);
    float8(max[i] as number);
    int2(zoneOffset[i] as number);
    int2(flags[i] as number);
    at = out.writeInt32BE(8, at);
    at = out.writeBigInt64BE(1n, at);
  }
  out.writeInt16BE(-1, at);
  return out;
}
