import { zoneOffsetMinutes } from '../../catalogue/zone-offset';
import { type BucketUnit, floorTo, plusBuckets } from './calendar';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** A time in which a zone has one offset: from here to the next one. */
interface OffsetSpan {
  readonly startMs: number;
  readonly offsetMinutes: number;
}

/** Where a bucket begins. */
export interface ZoneEdge {
  /** The instant, in ms since 1970. */
  readonly startMs: number;
  /** The wall-clock reading that names it, in ms as if it were UTC. */
  readonly wallMs: number;
  readonly offsetMinutes: number;
}

/** Zones and years whose changes are remembered: some 20 of each for everybody on a large server. */
const maxRemembered = 2000;
const remembered = new Map<string, readonly OffsetSpan[]>();

/** The first instant after `lowMs` that has the offset of `highMs`, to the minute; the two lie a day apart. */
function findChange(zone: string, lowMs: number, highMs: number): number {
  const before = zoneOffsetMinutes(lowMs, zone, 'instant');
  let [low, high] = [lowMs, highMs];
  while (high - low > minuteMs) {
    const middle = low + Math.floor((high - low) / 2 / minuteMs) * minuteMs;
    if (zoneOffsetMinutes(middle, zone, 'instant') === before) low = middle;
    else high = middle;
  }
  return high;
}

/** The offsets of one year of UTC; no zone changes twice within a day. */
function spansOfYear(zone: string, year: number): readonly OffsetSpan[] {
  const key = `${year} ${zone}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const start = new Date(0);
  start.setUTCFullYear(year, 0, 1);
  const end = new Date(0);
  end.setUTCFullYear(year + 1, 0, 1);
  const spans = [{ startMs: start.getTime(), offsetMinutes: zoneOffsetMinutes(start.getTime(), zone, 'instant') }];
  for (let atMs = start.getTime() + dayMs; atMs <= end.getTime(); atMs += dayMs) {
    const offsetMinutes = zoneOffsetMinutes(atMs, zone, 'instant');
    if (offsetMinutes === spans.at(-1)?.offsetMinutes) continue;
    const changeMs = findChange(zone, atMs - dayMs, atMs);
    if (changeMs < end.getTime()) spans.push({ startMs: changeMs, offsetMinutes });
  }
  if (remembered.size >= maxRemembered) remembered.clear();
  remembered.set(key, spans);
  return spans;
}

/** The offsets of a zone from a day before `fromMs` to a day after `toMs`; one after another, no two alike. */
function spansBetween(zone: string, fromMs: number, toMs: number): OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  const last = new Date(toMs + dayMs).getUTCFullYear();
  for (let year = new Date(fromMs - dayMs).getUTCFullYear(); year <= last; year++) {
    for (const span of spansOfYear(zone, year)) {
      if (span.offsetMinutes !== spans.at(-1)?.offsetMinutes) spans.push(span);
    }
  }
  return spans;
}

function endOf(spans: readonly OffsetSpan[], index: number): number {
  return spans[index + 1]?.startMs ?? Number.POSITIVE_INFINITY;
}

function longEdges(spans: readonly OffsetSpan[], unit: BucketUnit, fromWallMs: number, toWallMs: number): ZoneEdge[] {
  const edges: ZoneEdge[] = [];
  let index = 0;
  for (let wallMs = fromWallMs; wallMs <= toWallMs; wallMs = plusBuckets(unit, wallMs, 1)) {
    const startIn = (i: number): number => wallMs - (spans[i] as OffsetSpan).offsetMinutes * minuteMs;
    // A midnight that occurs twice is the first of the two; one that is skipped is the instant of the change.
    while (startIn(index) >= endOf(spans, index)) index += 1;
    const { startMs, offsetMinutes } = spans[index] as OffsetSpan;
    edges.push({ startMs: index === 0 ? startIn(0) : Math.max(startMs, startIn(index)), wallMs, offsetMinutes });
  }
  return edges;
}

function hourEdges(spans: readonly OffsetSpan[], fromMs: number, toMs: number): ZoneEdge[] {
  const edges: ZoneEdge[] = [];
  for (const [index, { startMs, offsetMinutes }] of spans.entries()) {
    const offsetMs = offsetMinutes * minuteMs;
    let atMs = Math.max(startMs, fromMs);
    const endMs = Math.min(endOf(spans, index), toMs);
    while (atMs < endMs) {
      const wallMs = floorTo('hour', atMs + offsetMs);
      edges.push({ startMs: atMs, wallMs, offsetMinutes });
      atMs = plusBuckets('hour', wallMs, 1) - offsetMs;
    }
  }
  return edges;
}

/**
 * Where the buckets of a zone begin that are named by wall-clock readings from `fromWallMs` to before `toWallMs`, and
 * last the end of them; both are beginnings of buckets. In the order of time.
 *
 * A day begins at its first instant, also where clocks skip or repeat midnight. Hours that a change of clocks repeats are
 * buckets of their own, told apart by their offset.
 */
export function zoneEdges(zone: string, unit: BucketUnit, fromWallMs: number, toWallMs: number): ZoneEdge[] {
  const spans = spansBetween(zone, fromWallMs, toWallMs);
  if (unit !== 'hour') return longEdges(spans, unit, fromWallMs, toWallMs);
  const whole = plusBuckets('hour', fromWallMs, Math.round((toWallMs - fromWallMs) / 3_600_000));
  const [first] = longEdges(spans, 'hour', fromWallMs, fromWallMs);
  const [end] = longEdges(spans, 'hour', whole, whole);
  if (first === undefined || end === undefined) return [];
  return [...hourEdges(spans, first.startMs, end.startMs), end];
}
