import { decodeColumnBlock } from '../../catalogue/column-block';
import type { JsonObject } from '../../catalogue/json';
import { type EcgColumns, ecgTable } from '../ecg/ecg-table';
import type { EcgAnswer } from '../ecg/find-ecg';
import { toVoltages } from '../ecg/voltages';
import { eventTable, type HealthEvent } from '../events/event-table';
import { isoFromUs } from '../paging/instant-text';
import type { PagedTable } from '../paging/read-page';
import { type Night, nightTable } from '../sleep/night-table';
import { type SleepSegment, segmentTable } from '../sleep/segment-table';
import type { WorkoutAnswer } from '../workouts/find-workout';
import { toRouteFeature } from '../workouts/route-feature';
import { toSeries } from '../workouts/series-points';
import { type WorkoutColumns, workoutTable } from '../workouts/workout-table';
import type { ThingFamily } from './export-request';

/** What the rows of each family look like, which is what the routes of that family answer for one thing. */
export interface ExportedThings {
  readonly sleep_night: Night;
  readonly sleep_segment: SleepSegment;
  readonly workout: WorkoutAnswer;
  readonly event: HealthEvent;
  readonly ecg: EcgAnswer;
}

type WorkoutRow = WorkoutColumns & {
  readonly started_us: string;
  readonly details: JsonObject;
  readonly route: Buffer | null;
  readonly series: Buffer | null;
};

const wholeWorkoutTable: PagedTable<WorkoutRow, WorkoutAnswer> = {
  ...workoutTable,
  columns: [...workoutTable.columns, 'details', 'route', 'series'],
  toItem: (row) => ({
    ...workoutTable.toItem(row),
    details: row.details,
    route: row.route === null ? null : toRouteFeature(decodeColumnBlock(row.route)),
    series: row.series === null ? {} : toSeries(decodeColumnBlock(row.series)),
  }),
};

type EcgRow = EcgColumns & {
  readonly started_us: string;
  readonly details: JsonObject;
  readonly voltages: Buffer | null;
};

const wholeEcgTable: PagedTable<EcgRow, EcgAnswer> = {
  ...ecgTable,
  columns: [...ecgTable.columns, 'details', 'voltages'],
  toItem: (row) => ({
    ...ecgTable.toItem(row),
    details: row.details,
    voltages:
      row.voltages === null ? null : toVoltages(decodeColumnBlock(row.voltages), Date.parse(isoFromUs(row.started_us))),
  }),
};

/** How a family of things is read: its table, and how many rows at a time. */
export interface ThingTable<Family extends ThingFamily = ThingFamily> {
  // biome-ignore lint/suspicious/noExplicitAny: the columns of a row are the table's own affair
  readonly table: PagedTable<any, ExportedThings[Family]>;
  /** A workout's route and series or a recording's voltages can be megabytes, so few of them are held at once. */
  readonly pageRows: number;
}

/** The tables of all families of things. */
export const thingTables: { readonly [Family in ThingFamily]: ThingTable<Family> } = {
  sleep_night: { table: nightTable, pageRows: 1000 },
  sleep_segment: { table: segmentTable, pageRows: 5000 },
  workout: { table: wholeWorkoutTable, pageRows: 4 },
  event: { table: eventTable, pageRows: 1000 },
  ecg: { table: wholeEcgTable, pageRows: 4 },
};
