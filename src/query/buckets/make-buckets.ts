import type { Aggregate, SourceBucket } from './bucket-question';
import { type BucketUnit, bucketText, plusBuckets } from './calendar';

/** One bucket of an answer; a metric of the catalogue is in its unit. */
export interface Bucket {
  /** Its first date; of an hour its beginning, `2026-05-01T14:00:00+02:00`. */
  readonly start: string;
  /** Null in an empty bucket that was asked for with `fill=null`. For blood pressure the systolic pressure. */
  readonly value: number | null;
  /** Only of blood pressure. */
  readonly systolic?: number | null;
  readonly diastolic?: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Samples that it is made of. */
  readonly samples: number;
  /** When the last of them was recorded; null in an empty bucket. */
  readonly lastAt: string | null;
  /** Whose samples they are; null in an empty bucket. */
  readonly source: string | null;
}

/** Where a bucket is: its name, and its place among others. */
export interface BucketPlace {
  readonly wallMs: number;
  readonly offsetMinutes: number;
}

function aggregated(aggregate: Aggregate, row: SourceBucket): number {
  switch (aggregate) {
    case 'sum':
      return row.sum;
    case 'avg':
      return row.sum / row.samples;
    case 'latest':
      return row.last;
    case 'min':
      return row.min;
    case 'max':
      return row.max;
    default:
      throw new Error(`${aggregate satisfies never} is no aggregate`);
  }
}

function emptyBucket(start: string, value: number | null, hasPressures: boolean): Bucket {
  const pressures = hasPressures ? { systolic: value, diastolic: value } : {};
  return { start, value, ...pressures, min: null, max: null, samples: 0, lastAt: null, source: null };
}

/** What buckets are made with. */
export interface BucketShape {
  readonly unit: BucketUnit;
  readonly aggregate: Aggregate;
  readonly hasPressures: boolean;
  /** The places of the page in order when empty buckets are shown, else null. */
  readonly places: readonly BucketPlace[] | null;
  /** Whether hours that an offset tells apart are filled apart: not where the offset of an empty one is a guess. */
  readonly fillsByOffset: boolean;
  /** The value of an empty bucket. */
  readonly emptyValue: number | null;
}

/** A bucket of one source, or an empty one, and where it is. */
interface PlacedBucket {
  readonly place: BucketPlace;
  readonly bucket: Bucket;
}

const isOneBucketOf = (a: SourceBucket, b: SourceBucket): boolean =>
  a.bucket === b.bucket && a.offsetMinutes === b.offsetMinutes && a.source === b.source;

/**
 * The buckets of one metric in the order of time, from its rows in the order of bucket, source and part; `placeOf` tells
 * where a row's bucket is.
 */
export function makeBuckets(
  rows: readonly SourceBucket[],
  placeOf: (row: SourceBucket) => BucketPlace,
  { unit, aggregate, hasPressures, places, fillsByOffset, emptyValue }: BucketShape,
): Bucket[] {
  const placed: PlacedBucket[] = [];
  for (const [i, row] of rows.entries()) {
    if (row.part !== 0) continue;
    const place = placeOf(row);
    const value = aggregated(aggregate, row);
    const next = rows[i + 1];
    const diastolic = next !== undefined && isOneBucketOf(row, next) ? aggregated(aggregate, next) : null;
    const bucket = {
      start: bucketText(unit, place.wallMs, place.offsetMinutes),
      value,
      ...(hasPressures ? { systolic: value, diastolic } : {}),
      min: row.min,
      max: row.max,
      samples: row.samples,
      // Rounded first: what is a whole microsecond is not always one as a float of seconds.
      lastAt: new Date(Math.floor(Math.round(row.lastS * 1e6) / 1000)).toISOString(),
      source: row.source,
    };
    placed.push({ place, bucket });
  }
  if (places !== null) {
    const fillKeyOf = ({ wallMs, offsetMinutes }: BucketPlace): string =>
      fillsByOffset ? `${wallMs} ${offsetMinutes}` : String(wallMs);
    const known = new Set(placed.map(({ place }) => fillKeyOf(place)));
    for (const place of places) {
      if (known.has(fillKeyOf(place))) continue;
      const start = bucketText(unit, place.wallMs, place.offsetMinutes);
      placed.push({ place, bucket: emptyBucket(start, emptyValue, hasPressures) });
    }
  }
  return placed.sort((a, b) => comparePlaces(a.place, b.place)).map(({ bucket }) => bucket);
}

/** By the wall clock; of an hour that occurs twice the one with the greater offset is the first. */
function comparePlaces(a: BucketPlace, b: BucketPlace): number {
  return a.wallMs - b.wallMs || b.offsetMinutes - a.offsetMinutes;
}

/** The places of the phone's own buckets between two wall-clock readings; hours with the offset that `offsetOf` gives. */
export function phonePlaces(
  unit: BucketUnit,
  fromWallMs: number,
  toWallMs: number,
  offsetOf: (wallMs: number) => number,
): BucketPlace[] {
  const places: BucketPlace[] = [];
  for (let wallMs = fromWallMs; wallMs < toWallMs; wallMs = plusBuckets(unit, wallMs, 1)) {
    places.push({ wallMs, offsetMinutes: unit === 'hour' ? offsetOf(wallMs) : 0 });
  }
  return places;
}
