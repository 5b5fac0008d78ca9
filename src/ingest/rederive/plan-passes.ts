import { type Extents, joinRanges } from '../../batch/extents';
import { hull, type TimeRange } from '../../batch/family-times';
import type { Region } from '../../batch/staging/region';
import { families } from '../../catalogue/families';
import { type Family, isTimed } from '../../catalogue/family';

/** Samples of the ingestions asked for that one pass writes: some seconds of work, of which one holds the user's lock. */
const maxPassRows = 200_000;

const dayMs = 86_400_000;

/** Families whose rows stay at their time whatever becomes of them, so that time can be cut anywhere between them. */
const timedFamilies = families.filter(isTimed);

/** The others: few rows, that are told apart by more than their time; they are never cut. */
const thingFamilies = families.filter((family) => !isTimed(family));

/** Counts of samples by UTC day, as days since 1970. */
export type RowsByDay = ReadonlyMap<number, number>;

function cut([fromMs, untilMs]: TimeRange, rowsByDay: RowsByDay): TimeRange[] {
  const days = [...rowsByDay.keys()].filter((day) => (day + 1) * dayMs > fromMs && day * dayMs < untilMs);
  const windows: TimeRange[] = [];
  let startMs = fromMs;
  let rows = 0;
  for (const day of days.sort((a, b) => a - b)) {
    const ofDay = rowsByDay.get(day) as number;
    if (rows > 0 && rows + ofDay > maxPassRows && day * dayMs > startMs) {
      windows.push([startMs, day * dayMs]);
      startMs = day * dayMs;
      rows = 0;
    }
    rows += ofDay;
  }
  return [...windows, [startMs, untilMs]];
}

/** What of some ranges lies in a window, as one range; undefined when nothing does. */
function within([fromMs, untilMs]: TimeRange, ranges: readonly TimeRange[] = []): TimeRange | undefined {
  let inside: TimeRange | undefined;
  for (const range of ranges) {
    if (range[0] < untilMs && range[1] > fromMs) {
      inside = hull(inside, [Math.max(range[0], fromMs), Math.min(range[1], untilMs)]);
    }
  }
  return inside;
}

function regionOf(window: TimeRange, extents: Extents): Map<Family, TimeRange> {
  const region = new Map<Family, TimeRange>();
  for (const family of timedFamilies) {
    const range = within(window, extents[family.name]);
    if (range !== undefined) region.set(family, range);
  }
  return region;
}

/**
 * Cuts what is to be written anew into regions that are written one after another, each in one transaction. They do not
 * overlap, and together hold all of the extents; a day with more samples than fit is not cut.
 */
export function planPasses(extents: Extents, rowsByDay: RowsByDay): readonly Region[] {
  const ranges = joinRanges(timedFamilies.flatMap(({ name }) => extents[name] ?? []));
  const passes = ranges.flatMap((range) => cut(range, rowsByDay)).map((window) => regionOf(window, extents));
  const things = thingFamilies.filter(({ name }) => extents[name] !== undefined);
  if (things.length > 0 && passes.length === 0) passes.push(new Map());
  for (const family of things) {
    const range = (extents[family.name] as readonly TimeRange[]).reduce<TimeRange | undefined>(hull, undefined);
    if (range !== undefined) passes[0]?.set(family, range);
  }
  // ORDER: of families, as everywhere.
  return passes.map(
    (pass) =>
      new Map(families.flatMap((family) => (pass.has(family) ? [[family, pass.get(family) as TimeRange]] : []))),
  );
}
