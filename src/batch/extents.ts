import type { ColumnBatch } from './column-batch';
import { keptInstant, type TimeRange, timeColumnsOf } from './family-times';

/**
 * By the name of a family, when the samples of an ingestion lie, whether they were written or were there already: ranges
 * that do not touch, in order. A family without samples has no entry.
 */
export type Extents = Readonly<Record<string, readonly TimeRange[]>>;

const dayMs = 86_400_000;

/** Ranges that are closer than this are one: what lies between belongs to the same days. */
const joinWithinMs = 2 * dayMs;

/** More ranges than this say little: those that are closest become one. */
const maxRanges = 16;

/** More than this are not kept while they are found. */
const maxOpenRanges = 64;

/** The same ranges in order, those that touch or nearly do as one. */
export function joinRanges(ranges: readonly TimeRange[], withinMs = joinWithinMs): TimeRange[] {
  const joined: [number, number][] = [];
  for (const [fromMs, untilMs] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && fromMs <= last[1] + withinMs) last[1] = Math.max(last[1], untilMs);
    else joined.push([fromMs, untilMs]);
  }
  return joined;
}

function bound(ranges: readonly TimeRange[]): readonly TimeRange[] {
  let bounded = joinRanges(ranges);
  for (let withinMs = 2 * joinWithinMs; bounded.length > maxRanges; withinMs *= 2) {
    bounded = joinRanges(bounded, withinMs);
  }
  return bounded;
}

/** Finds the extents of a payload from its batches, of which none need be kept. */
export class ExtentsUnderWay {
  private readonly byFamily = new Map<string, [number, number][]>();

  /** Takes the rows of a batch into account: some 12 ns each. */
  add(batch: ColumnBatch): void {
    const { family, length } = batch;
    if (length === 0) return;
    const ranges = this.byFamily.get(family.name) ?? [];
    this.byFamily.set(family.name, ranges);
    const { from, to } = timeColumnsOf(family);
    const begins = batch.numbers(from).values;
    const ends = batch.numbers(to).values;
    let range: [number, number] | undefined;
    for (let row = 0; row < length; row++) {
      const beginMs = begins[row] as number;
      const endMs = ends[row] as number;
      if (range === undefined || beginMs < range[0] - dayMs || endMs > range[1] + dayMs) {
        range = ranges.find(([lowMs, highMs]) => beginMs >= lowMs - dayMs && endMs <= highMs + dayMs);
      }
      if (range === undefined) {
        range = [beginMs, endMs];
        ranges.push(range);
        if (ranges.length > maxOpenRanges) range = compact(ranges, beginMs);
      }
      if (beginMs < range[0]) range[0] = beginMs;
      if (endMs > range[1]) range[1] = endMs;
    }
  }

  /** The extents so far, in whole ms. */
  result(): Extents {
    const whole = ([lowMs, highMs]: TimeRange): TimeRange => [
      Math.floor(keptInstant(lowMs)),
      Math.floor(keptInstant(highMs)) + 1,
    ];
    return Object.fromEntries([...this.byFamily].map(([name, ranges]) => [name, bound(ranges.map(whole))]));
  }
}

/** Makes ranges few again; returns the one that an instant is in. */
function compact(ranges: [number, number][], atMs: number): [number, number] {
  const few = bound(ranges).map(([fromMs, untilMs]): [number, number] => [fromMs, untilMs]);
  ranges.splice(0, ranges.length, ...few);
  return ranges.find(([fromMs, untilMs]) => fromMs <= atMs && atMs <= untilMs) as [number, number];
}

/** The extents of some batches. */
export function extentsOf(batches: readonly ColumnBatch[]): Extents {
  const extents = new ExtentsUnderWay();
  for (const batch of batches) extents.add(batch);
  return extents.result();
}

/** Both together. */
export function joinExtents(a: Extents, b: Extents): Extents {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, bound([...(a[name] ?? []), ...(b[name] ?? [])])]));
}
