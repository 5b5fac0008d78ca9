import { isoFromUs } from '../paging/instant-text';
import type { PagedTable } from '../paging/read-page';
import { type MarkedRow, type Marks, markColumns, marksOf } from '../paging/row-marks';

/** One stage of sleep as the watch saw it; segments of one source may overlap. */
export interface SleepSegment extends Marks {
  readonly startedAt: string;
  readonly endedAt: string;
  readonly stage: string;
  readonly source: string;
}

interface SegmentRow extends MarkedRow {
  readonly recorded_us: string;
  readonly source: string;
  readonly stage: string;
  readonly ended_us: string;
}

function toSegment(row: SegmentRow): SleepSegment {
  return {
    startedAt: isoFromUs(row.recorded_us),
    endedAt: isoFromUs(row.ended_us),
    stage: row.stage,
    source: row.source,
    ...marksOf(row),
  };
}

/** Segments by their start. */
export const segmentTable: PagedTable<SegmentRow, SleepSegment> = {
  table: 'sleep_segments',
  key: [
    { name: 'recorded_at', type: 'instant' },
    { name: 'source', type: 'text' },
    { name: 'stage', type: 'text' },
    { name: 'ended_at', type: 'instant' },
  ],
  columns: [...markColumns],
  toItem: toSegment,
};
