import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { HeartRateSample } from './generate-samples';

const columns = 'user_id, recorded_at, source, granularity, value, min, max, zone_offset_minutes, flags, ingestion_seq';

/** Microseconds from 1970 to 2000, PostgreSQL's epoch. */
const postgresEpochUs = 946_684_800_000_000n;

function escapeText(text: string): string {
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (char) => `\\${char === '\t' ? 't' : char}`) : text;
}

/** `COPY` text: one string of all rows, as tuned encoders do; the date by arithmetic on a cached day. */
export function encodeCopyText(userId: string, samples: readonly HeartRateSample[]): Buffer {
  let out = '';
  let day = -1;
  let dayText = '';
  for (const { atMs, source, avg, min, max } of samples) {
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
    out += `${userId}\t${dayText} ${time}+00\t${escapeText(source)}\t0\t${avg}\t${min}\t${max}\t60\t0\t1\n`;
  }
  return Buffer.from(out);
}

/** `COPY` binary: one buffer of all rows. */
export function encodeCopyBinary(userId: string, samples: readonly HeartRateSample[]): Buffer {
  const user = Buffer.from(userId.replaceAll('-', ''), 'hex');
  const sourceBytes = new Map(samples.map(({ source }) => [source, Buffer.from(source)]));
  const rowBytes = 2 + 10 * 4 + 16 + 8 + 2 + 24 + 2 + 2 + 8;
  const textBytes = samples.reduce((sum, { source }) => sum + (sourceBytes.get(source) as Buffer).length, 0);
  const out = Buffer.allocUnsafe(19 + samples.length * rowBytes + textBytes + 2);
  let at = out.write('PGCOPY\n\xff\r\n\0', 0, 'latin1');
  at = out.writeInt32BE(0, at);
  at = out.writeInt32BE(0, at);
  const int2 = (value: number): void => {
    at = out.writeInt32BE(2, at);
    at = out.writeInt16BE(value, at);
  };
  const float8 = (value: number): void => {
    at = out.writeInt32BE(8, at);
    at = out.writeDoubleBE(value, at);
  };
  for (const { atMs, source, avg, min, max } of samples) {
    at = out.writeInt16BE(10, at);
    at = out.writeInt32BE(16, at);
    at += user.copy(out, at);
    at = out.writeInt32BE(8, at);
    at = out.writeBigInt64BE(BigInt(atMs) * 1000n - postgresEpochUs, at);
    const text = sourceBytes.get(source) as Buffer;
    at = out.writeInt32BE(text.length, at);
    at += text.copy(out, at);
    int2(0);
    float8(avg);
    float8(min);
    float8(max);
    int2(60);
    int2(0);
    at = out.writeInt32BE(8, at);
    at = out.writeBigInt64BE(1n, at);
  }
  out.writeInt16BE(-1, at);
  return out;
}

/** Sends encoded rows with `COPY` in a transaction of their own. */
export async function sendCopy(client: Client, bytes: Buffer, format: 'text' | 'binary'): Promise<void> {
  const stream = client.query(copyFrom(`COPY heart_rate_metrics (${columns}) FROM STDIN (FORMAT ${format})`));
  await new Promise<void>((resolve, reject) => {
    stream.on('finish', resolve).on('error', reject);
    stream.end(bytes);
  });
}

/** Multi-row `VALUES`, 8,000 rows a statement, in one transaction: the old specification's way. */
export async function insertValues(client: Client, userId: string, samples: readonly HeartRateSample[]): Promise<void> {
  await client.query('BEGIN');
  // 65,535 parameters are the limit of the protocol: the user and the constants are shared, six are a row's own.
  for (let start = 0; start < samples.length; start += 8000) {
    const chunk = samples.slice(start, start + 8000);
    const values: unknown[] = [userId];
    const rows = chunk.map(({ atMs, source, avg, min, max }) => {
      const at = values.length + 1;
      values.push(new Date(atMs), source, avg, min, max);
      return `($1,$${at},$${at + 1},0,$${at + 2},$${at + 3},$${at + 4},60,0,1)`;
    });
    await client.query(
      `INSERT INTO heart_rate_metrics (${columns}) VALUES ${rows.join(',')} ON CONFLICT DO NOTHING`,
      values,
    );
  }
  await client.query('COMMIT');
}
