import { ColumnBatch } from '../../src/batch/column-batch';
import { heartRateFamily } from '../../src/catalogue/families';

/** A seeded source of numbers in [0, 1): mulberry32, by Tommy Ettinger, public domain. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A UUID (version 4) from a seeded source. */
export function seededUuid(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  const variant = '89ab'[Math.floor(random() * 4)];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Names of 11 to 60 characters, as phones send them. */
export const sources = [
  'Apple Watch',
  "Somebody's Apple Watch Series 9",
  "Somebody's iPhone 15 Pro|Polar H10 Heart Rate Sensor 5F2B31",
] as const;

/** Mean time between two samples. */
export const meanGapMs = 152_500;

/** One heart-rate sample as it would be sent. */
export interface HeartRateSample {
  readonly atMs: number;
  readonly min: number;
  readonly avg: number;
  readonly max: number;
  readonly source: string;
}

/** Samples of one user from `startMs` on, 5 to 300 seconds apart, with the noise of real floats. */
export function generateSamples(random: () => number, startMs: number, count: number): HeartRateSample[] {
  const samples: HeartRateSample[] = [];
  let atMs = startMs;
  for (let i = 0; i < count; i++) {
    atMs += Math.round(5 + random() * 295) * 1000;
    const avg = 48 + random() * 100;
    const source = sources[Math.floor(random() * sources.length)] as string;
    samples.push({ atMs, min: avg - random() * 8, avg, max: avg + random() * 12, source });
  }
  return samples;
}

/** The first instant of the month that is `monthsAgo` before this one. */
export function monthStartMs(monthsAgo: number): number {
  const now = new Date();
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - monthsAgo, 1);
}

/**
 * Samples of the `n`-th batch of one user: within one of the last eight full months, and every tenth across the end of
 * one. Partitions of these months are monthly whenever it runs, and nothing lies ahead of now.
 */
export function generateBatch(random: () => number, n: number, count: number): HeartRateSample[] {
  const start = monthStartMs(2 + (n % 8));
  return generateSamples(random, n % 10 === 9 ? start - (count * meanGapMs) / 2 : start + 86_400_000, count);
}

/** The same as a column batch. */
export function toBatch(samples: readonly HeartRateSample[]): ColumnBatch {
  const batch = new ColumnBatch(heartRateFamily, samples.length);
  for (const { atMs, min, avg, max, source } of samples) {
    batch.append({
      recorded_at: atMs,
      source,
      granularity: 0,
      value: avg,
      min,
      max,
      zone_offset_minutes: 60,
      flags: 0,
    });
  }
  return batch;
}

const bodyHead = '{"data":{"metrics":[{"name":"heart_rate","units":"count/min","data":[';
const bodyEnd = ']}]}}';

function toJson(samples: readonly HeartRateSample[]): string {
  const data = samples.map(({ atMs, min, avg, max, source }) => {
    const local = new Date(atMs + 3_600_000).toISOString();
    return { date: `${local.slice(0, 10)} ${local.slice(11, 19)} +0100`, Min: min, Avg: avg, Max: max, source };
  });
  return JSON.stringify(data).slice(1, -1);
}

/** The same as the body that the phone would send. */
export function toBody(samples: readonly HeartRateSample[]): Buffer {
  return Buffer.from(bodyHead + toJson(samples) + bodyEnd);
}

/** A body of this many bytes or a little more, from `startMs` on, made piece by piece: whole it would fill the heap. */
export function largeBody(random: () => number, startMs: number, bytes: number): { body: Buffer; samples: number } {
  const piece = 10_000;
  const parts = [Buffer.from(bodyHead)];
  let samples = 0;
  let atMs = startMs;
  for (let made = 0; made < bytes; samples += piece) {
    const next = generateSamples(random, atMs, piece);
    const part = Buffer.from(`${samples === 0 ? '' : ','}${toJson(next)}`);
    parts.push(part);
    made += part.length;
    atMs = (next.at(-1) as HeartRateSample).atMs;
  }
  return { body: Buffer.concat([...parts, Buffer.from(bodyEnd)]), samples };
}
