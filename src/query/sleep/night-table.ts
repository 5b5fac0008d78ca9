import { isoFromUs, isoOrNull } from '../paging/instant-text';
import type { PagedTable } from '../paging/read-page';
import { type MarkedRow, type Marks, markColumns, marksOf } from '../paging/row-marks';

/** A night or a nap, as the phone added it up. Hours are hours; what was not sent is null. */
export interface Night extends Marks {
  readonly id: string;
  /** The local day of waking up, `2026-05-01`: the day that the night belongs to. */
  readonly wakeDate: string;
  readonly source: string;
  /** The span of everything that is known of the night. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly sleepStartAt: string | null;
  readonly sleepEndAt: string | null;
  readonly inBedStartAt: string | null;
  readonly inBedEndAt: string | null;
  readonly totalSleepHours: number | null;
  /** Asleep in a stage that was not told, which watches of today hardly have. */
  readonly asleepHours: number | null;
  readonly coreHours: number | null;
  readonly deepHours: number | null;
  readonly remHours: number | null;
  readonly awakeHours: number | null;
  readonly inBedHours: number | null;
}

interface NightRow extends MarkedRow {
  readonly id: string;
  readonly wake_date: string;
  readonly source: string;
  readonly started_at: Date;
  readonly ended_us: string;
  readonly sleep_start_at: Date | null;
  readonly sleep_end_at: Date | null;
  readonly in_bed_start_at: Date | null;
  readonly in_bed_end_at: Date | null;
  readonly total_sleep_hours: number | null;
  readonly asleep_hours: number | null;
  readonly core_hours: number | null;
  readonly deep_hours: number | null;
  readonly rem_hours: number | null;
  readonly awake_hours: number | null;
  readonly in_bed_hours: number | null;
}

function toNight(row: NightRow): Night {
  return {
    id: row.id,
    wakeDate: row.wake_date,
    source: row.source,
    startedAt: row.started_at.toISOString(),
    endedAt: isoFromUs(row.ended_us),
    sleepStartAt: isoOrNull(row.sleep_start_at),
    sleepEndAt: isoOrNull(row.sleep_end_at),
    inBedStartAt: isoOrNull(row.in_bed_start_at),
    inBedEndAt: isoOrNull(row.in_bed_end_at),
    totalSleepHours: row.total_sleep_hours,
    asleepHours: row.asleep_hours,
    coreHours: row.core_hours,
    deepHours: row.deep_hours,
    remHours: row.rem_hours,
    awakeHours: row.awake_hours,
    inBedHours: row.in_bed_hours,
    ...marksOf(row),
  };
}

/** Nights by the instant of waking up, so that a range of days has the nights that belong to those days. */
export const nightTable: PagedTable<NightRow, Night> = {
  table: 'sleep_metrics',
  key: [
    { name: 'ended_at', type: 'instant' },
    { name: 'id', type: 'uuid' },
  ],
  columns: [
    // A date as text: the driver would make it an instant in the server's zone.
    'wake_date::text AS wake_date',
    'source',
    'started_at',
    'sleep_start_at',
    'sleep_end_at',
    'in_bed_start_at',
    'in_bed_end_at',
    'total_sleep_hours',
    'asleep_hours',
    'core_hours',
    'deep_hours',
    'rem_hours',
    'awake_hours',
    'in_bed_hours',
    ...markColumns,
  ],
  toItem: toNight,
};
