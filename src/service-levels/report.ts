import { figureText, limitText } from './figure-text';
import { type Judgement, judge } from './judge';
import { promises, type ServicePromise } from './promises';
import { noFigure, type Reading } from './readings/reading';
import type { Snapshot, SnapshotRing } from './snapshot-ring';

/** Most points of a chart. */
export const maxPoints = 60;

/** Spans of time that are judged, in s; null for all of it. */
export const windows = { fiveMinutes: 300, hour: 3600, sinceStart: null } as const;

/** One of {@link windows}. */
export type WindowName = keyof typeof windows;

/** Points of a chart, oldest first, each over `stepS`; null where nothing was measured. */
export interface Series {
  readonly stepS: number;
  readonly points: readonly (number | null)[];
}

/** A judged figure, also as a text for people. */
export interface JudgementReport extends Judgement {
  readonly text: string;
}

/** A promise and how it was kept. */
export interface PromiseReport extends Omit<ServicePromise, 'measure'> {
  readonly floorText: string;
  readonly goalText: string;
  readonly windows: Readonly<Record<WindowName, JudgementReport>>;
  readonly series: Series;
}

/** How all promises were kept until `now`. */
export interface LevelsReport {
  /** What the windows really cover: less than their names say while the process is younger. */
  readonly coveredS: Readonly<Record<WindowName, number>>;
  readonly promises: readonly PromiseReport[];
}

function figureBetween(id: string, snapshots: readonly Snapshot[], now: Reading | undefined) {
  if (now === undefined) return noFigure;
  const [earliest, ...between] = snapshots.map(({ readings }) => readings.get(id));
  return now.figureSince(
    earliest ?? null,
    between.filter((reading) => reading !== undefined),
  );
}

/** Every so many snapshots, counted back from the latest. */
function everyNth(snapshots: readonly Snapshot[], n: number): Snapshot[] {
  return snapshots.filter((_, i) => (snapshots.length - 1 - i) % n === 0);
}

function seriesOf(id: string, snapshots: readonly Snapshot[], intervalS: number): Series {
  const step = Math.max(1, Math.ceil((snapshots.length - 1) / maxPoints));
  const ends = everyNth(snapshots, step);
  const points = ends.slice(1).map((end, i) => figureBetween(id, [ends[i] as Snapshot], end.readings.get(id)).value);
  return { stepS: step * intervalS, points };
}

/** Judges every promise over every window, from snapshots that are taken each `intervalS`. */
export function makeReport(ring: SnapshotRing, now: Snapshot, intervalS: number): LevelsReport {
  const lastHour = ring.since(now.atMs - windows.hour * 1000);
  const spans: Readonly<Record<WindowName, readonly Snapshot[]>> = {
    fiveMinutes: ring.since(now.atMs - windows.fiveMinutes * 1000),
    hour: lastHour,
    sinceStart: ring.start === null ? [] : [ring.start],
  };
  const eachWindow = <T>(make: (span: readonly Snapshot[]) => T): Record<WindowName, T> => ({
    fiveMinutes: make(spans.fiveMinutes),
    hour: make(spans.hour),
    sinceStart: make(spans.sinceStart),
  });
  return {
    coveredS: eachWindow(([from]) => Math.round((now.atMs - (from?.atMs ?? now.atMs)) / 1000)),
    promises: promises.map(({ measure: _, ...promise }) => ({
      ...promise,
      floorText: limitText(promise.floor, promise),
      goalText: limitText(promise.goal, promise),
      windows: eachWindow((span) => {
        const figure = figureBetween(promise.id, span, now.readings.get(promise.id));
        return { ...judge(promise, figure), text: figureText(figure, promise.unit) };
      }),
      series: seriesOf(promise.id, lastHour, intervalS),
    })),
  };
}
