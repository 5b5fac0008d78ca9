/** Some minutes of a phone's readings, which are always sent together: a heart rate and a count of steps each minute. */
export interface ExportWindow {
  readonly firstMinute: number;
  readonly minutes: number;
}

/** A minute of one metric, as it is sent. */
export interface Reading {
  readonly value: number;
  /** Of the heart rate only; the service keeps it as sent. */
  readonly spread: number;
}

/** What each version of a window adds to its values; a binary fraction, so that the version can be read from a value. */
const versionStep = 0.25;

/** Far enough from the mean that a row made of two readings is seen. */
const spread = 5;

/** The names that the windows hold, each with a base value. */
const baseOf = {
  heart_rate: (minute: number): number => 60 + (minute % 50),
  step_count: (minute: number): number => 10 + (minute % 37),
} as const;

/** A metric of a window. */
export type WindowMetric = keyof typeof baseOf;

/** Where a phone's minutes begin: some hours before a month's end, so that every phone's readings cross it. */
export const firstInstantMs = ((now: Date) => {
  const lastMonthMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1);
  return lastMonthMs - 5 * 60 * 60 * 1000;
})(new Date());

/** The last minute that has passed. */
export const lastMinute = Math.floor((Date.now() - firstInstantMs) / 60_000);

/** Samples that a window has. */
export function samplesOf({ minutes }: ExportWindow): number {
  return 2 * minutes;
}

/** What is sent for a minute in this version; a later version corrects every value. */
export function readingOf(metric: WindowMetric, minute: number, version: number): Reading {
  return { value: baseOf[metric](minute) + version * versionStep, spread };
}

/** The version that a stored value is of; not a whole number when it is of none. */
export function versionOf(metric: WindowMetric, minute: number, value: number): number {
  return (value - baseOf[metric](minute)) / versionStep;
}

function dateOf(minute: number): string {
  const iso = new Date(firstInstantMs + minute * 60_000).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} +0000`;
}

/** The body of a window in one version. */
export function bodyOf({ firstMinute, minutes }: ExportWindow, version: number): string {
  const all = Array.from({ length: minutes }, (_, i) => firstMinute + i);
  const rates = all.map((minute) => {
    const { value } = readingOf('heart_rate', minute, version);
    return { date: dateOf(minute), Min: value - spread, Avg: value, Max: value + spread, source: 'Watch' };
  });
  const steps = all.map((minute) => {
    const { value } = readingOf('step_count', minute, version);
    return { date: dateOf(minute), qty: value, source: 'Watch' };
  });
  const metrics = [
    { name: 'heart_rate', units: 'count/min', data: rates },
    { name: 'step_count', units: 'count', data: steps },
  ];
  return JSON.stringify({ data: { metrics } });
}
