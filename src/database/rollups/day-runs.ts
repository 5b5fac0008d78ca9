/** The days of one metric that samples were stored, changed or deleted on since its roll-ups were computed. */
export interface MarkedDay {
  readonly metricId: number;
  /** Days since 1970-01-01, of the samples' own local time. */
  readonly day: number;
}

/** Days of one metric that follow one another, both ends included. */
export interface DayRun {
  readonly metricId: number;
  readonly firstDay: number;
  readonly lastDay: number;
}

/** Joins days that follow one another, so that samples at their edges are read once. In the order of metric and day. */
export function toDayRuns(days: readonly MarkedDay[]): DayRun[] {
  const sorted = days.toSorted((a, b) => a.metricId - b.metricId || a.day - b.day);
  const runs: { metricId: number; firstDay: number; lastDay: number }[] = [];
  for (const { metricId, day } of sorted) {
    const run = runs.at(-1);
    if (run?.metricId === metricId && day <= run.lastDay + 1) run.lastDay = day;
    else runs.push({ metricId, firstDay: day, lastDay: day });
  }
  return runs;
}
