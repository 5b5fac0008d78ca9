import { zoneOffsetMinutes } from '../../../src/catalogue/zone-offset';

/** A sample of a sum or an average, as it is stored. */
export interface ModelSample {
  readonly atMs: number;
  readonly offsetMinutes: number;
  readonly source: string;
  /** 0 raw, 1 minute, 2 hour, 3 day, 4 week. */
  readonly granularity: number;
  readonly value: number;
}

/** A question about buckets. */
export interface ModelQuestion {
  readonly bucket: 'hour' | 'day' | 'week' | 'month';
  readonly agg: 'sum' | 'avg' | 'latest' | 'min' | 'max';
  /** `phone` or a zone. */
  readonly tz: string;
  readonly source: string;
  readonly priority: readonly string[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

function labelOf(bucket: ModelQuestion['bucket'], wallMs: number, offsetMinutes: number): string {
  const date = new Date(wallMs);
  if (bucket === 'hour') {
    const sign = offsetMinutes < 0 ? '-' : '+';
    const [hours, minutes] = [Math.trunc(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
    const offset = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
    return `${date.toISOString().slice(0, 13)}:00:00${offset}`;
  }
  if (bucket === 'week') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return bucket === 'month' ? `${date.toISOString().slice(0, 7)}-01` : date.toISOString().slice(0, 10);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

const sumOf = (samples: readonly ModelSample[]): number => samples.reduce((sum, { value }) => sum + value, 0);
const lastOf = (samples: readonly ModelSample[]): ModelSample =>
  samples.toSorted((a, b) => b.atMs - a.atMs || b.value - a.value)[0] as ModelSample;

function aggregateOf(agg: ModelQuestion['agg'], samples: readonly ModelSample[]): number {
  const values = samples.map(({ value }) => value);
  if (agg === 'sum') return sumOf(samples);
  if (agg === 'avg') return sumOf(samples) / samples.length;
  if (agg === 'latest') return lastOf(samples).value;
  return agg === 'min' ? Math.min(...values) : Math.max(...values);
}

/** Of each source and local day the samples of one granularity. */
function withOneGranularity(question: ModelQuestion, samples: readonly ModelSample[]): ModelSample[] {
  const coarsest = question.bucket === 'hour' ? 2 : 3;
  const days = groupBy(
    samples.filter(({ granularity }) => granularity <= coarsest),
    ({ source, atMs, offsetMinutes }) => `${source} ${Math.floor((atMs + offsetMinutes * 60_000) / dayMs)}`,
  );
  return [...days.values()].flatMap((day) => {
    const candidates = [...groupBy(day, ({ granularity }) => String(granularity)).values()];
    const score = (some: readonly ModelSample[]) => (question.agg === 'sum' ? sumOf(some) : some.length);
    return candidates.toSorted(
      (a, b) => score(b) - score(a) || (a[0] as ModelSample).granularity - (b[0] as ModelSample).granularity,
    )[0] as ModelSample[];
  });
}

function bestOf(
  { agg, priority }: ModelQuestion,
  sources: readonly (readonly ModelSample[])[],
): readonly ModelSample[] {
  const rank = ([first]: readonly ModelSample[]) => {
    const place = priority.indexOf((first as ModelSample).source);
    return place === -1 ? priority.length : place;
  };
  const isAlike = new Set(sources.flat().map(({ granularity }) => granularity)).size === 1;
  const most = (some: readonly ModelSample[]) => {
    if (agg === 'latest') return lastOf(some).atMs;
    return agg === 'sum' && !isAlike ? 0 : some.length;
  };
  const second = (some: readonly ModelSample[]) => (agg === 'sum' ? sumOf(some) : some.length);
  const name = ([first]: readonly ModelSample[]) => (first as ModelSample).source;
  return sources.toSorted(
    (a, b) => rank(a) - rank(b) || most(b) - most(a) || second(b) - second(a) || (name(a) < name(b) ? -1 : 1),
  )[0] as readonly ModelSample[];
}

/** Each bucket as `start source value samples`, sorted: computed from the samples one by one. */
export function modelBuckets(question: ModelQuestion, samples: readonly ModelSample[]): string[] {
  const { bucket, agg, tz, source } = question;
  const named = samples.filter((sample) => source === 'all' || source === 'best' || sample.source === source);
  const buckets = groupBy(withOneGranularity(question, named), (sample) => {
    if (tz === 'phone') return labelOf(bucket, sample.atMs + sample.offsetMinutes * 60_000, sample.offsetMinutes);
    const atMs = sample.granularity === 3 ? sample.atMs + dayMs / 2 : sample.atMs;
    const offsetMinutes = zoneOffsetMinutes(atMs, tz, 'instant');
    return labelOf(bucket, atMs + offsetMinutes * 60_000, offsetMinutes);
  });
  return [...buckets]
    .flatMap(([start, inBucket]) => {
      const sources = [...groupBy(inBucket, (sample) => sample.source).values()];
      const shown = source === 'best' ? [bestOf(question, sources)] : sources;
      return shown.map((some) => `${start} ${some[0]?.source} ${aggregateOf(agg, some)} ${some.length}`);
    })
    .sort();
}
