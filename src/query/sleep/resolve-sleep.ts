import type { SleepCandidate } from './sleep-sessions';

const hourMs = 3_600_000;

/** Nobody sleeps longer in one go; a total beyond was added up of several sources or days. */
const maxHours = 24;

/** A total may exceed the span that it lies in by this factor: the app rounds. */
const roundingFactor = 1.02;

/** A sleep shorter than this is a nap, even when it is the only one of its day. */
const minNightHours = 3;

/** One time of sleep, as one source saw it. */
export interface ResolvedSleep extends SleepCandidate {
  /** What was sent as the total where that cannot be true; `totalHours` is null then. */
  readonly reportedHours: number | null;
}

/** The sleep that belongs to one day: the day of waking up. */
export interface SleepDay {
  readonly date: string;
  /** Null when there were naps alone. */
  readonly night: ResolvedSleep | null;
  readonly naps: readonly ResolvedSleep[];
}

/** Hours between the first and the last that is known of it. */
const spanHours = ({ startMs, endMs }: SleepCandidate): number => (endMs - startMs) / hourMs;

function isPossible(candidate: SleepCandidate): boolean {
  const span = spanHours(candidate);
  const { totalHours } = candidate;
  if (span > maxHours) return false;
  return totalHours === null || (totalHours <= maxHours && (span === 0 || totalHours <= span * roundingFactor));
}

function overlapsByHalf(a: SleepCandidate, b: SleepCandidate): boolean {
  const overlapMs = Math.min(a.endMs, b.endMs) - Math.max(a.startMs, b.startMs);
  const shorterMs = Math.min(a.endMs - a.startMs, b.endMs - b.startMs);
  return shorterMs === 0 ? overlapMs >= 0 : overlapMs * 2 > shorterMs;
}

/** The candidates that tell of one and the same sleep; what spans days goes to whatever it overlaps. */
function groupBySleep(candidates: readonly SleepCandidate[]): SleepCandidate[][] {
  const groups: SleepCandidate[][] = [];
  // What can be true first: an impossible span must not tie two nights together.
  const sorted = candidates.toSorted(
    (a, b) => Number(isPossible(b)) - Number(isPossible(a)) || b.endMs - b.startMs - (a.endMs - a.startMs),
  );
  for (const candidate of sorted) {
    const group = groups.find(([first]) => overlapsByHalf(first as SleepCandidate, candidate));
    if (group === undefined) groups.push([candidate]);
    else group.push(candidate);
  }
  return groups;
}

function pickBest(group: readonly SleepCandidate[], priority: readonly string[]): ResolvedSleep {
  const place = ({ source }: SleepCandidate): number => {
    const found = priority.indexOf(source);
    return found === -1 ? priority.length : found;
  };
  const stages = ({ coreHours, deepHours, remHours }: SleepCandidate): number =>
    (coreHours ?? 0) + (deepHours ?? 0) + (remHours ?? 0);
  const [best] = group.toSorted(
    (a, b) =>
      Number(isPossible(b)) - Number(isPossible(a)) ||
      Number(a.totalHours === null) - Number(b.totalHours === null) ||
      place(a) - place(b) ||
      Number(stages(b) > 0) - Number(stages(a) > 0) ||
      (b.totalHours ?? 0) - (a.totalHours ?? 0) ||
      // The phone's own account before what is put together here, then by name: the same answer every time.
      Number(a.basis === 'stages') - Number(b.basis === 'stages') ||
      (a.source < b.source ? -1 : 1),
  ) as [SleepCandidate];
  if (isPossible(best)) return { ...best, reportedHours: null };
  return { ...best, totalHours: null, reportedHours: best.totalHours };
}

/**
 * The sleep of each day, by the day of waking up and in its order. What several sources, or a night and its stages, tell
 * of one sleep is one: that of the preferred source, else of the one with stages, else the longest. Of a day's sleeps
 * the longest is the night, if it has three hours; the others are naps. A total that cannot be true is no total.
 */
export function resolveSleep(candidates: readonly SleepCandidate[], priority: readonly string[]): SleepDay[] {
  const days = new Map<string, ResolvedSleep[]>();
  for (const group of groupBySleep(candidates)) {
    const sleep = pickBest(group, priority);
    const others = days.get(sleep.wakeDate);
    if (others === undefined) days.set(sleep.wakeDate, [sleep]);
    else others.push(sleep);
  }
  const hours = (sleep: ResolvedSleep): number => sleep.totalHours ?? Math.min(spanHours(sleep), maxHours);
  return [...days]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, sleeps]) => {
      const [longest, ...rest] = sleeps.toSorted((a, b) => hours(b) - hours(a)) as [ResolvedSleep, ...ResolvedSleep[]];
      const isNight = hours(longest) >= minNightHours;
      const naps = (isNight ? rest : sleeps).toSorted((a, b) => a.startMs - b.startMs);
      return { date, night: isNight ? longest : null, naps };
    });
}
