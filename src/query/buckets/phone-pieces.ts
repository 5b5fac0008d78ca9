import { Granularity } from '../../catalogue/granularity';
import type { BucketQuestion } from './bucket-question';
import { floorTo } from './calendar';
import type { IsChosen } from './choose-granularity';
import type { RolledRow } from './rolled-statement';
import type { SourceSums } from './source-sums';

/** Adds what makes the phone's own buckets: hours, or whole days, of the samples' own local time. */
export function addPhonePieces(
  { unit, fromWallMs, toWallMs }: BucketQuestion,
  rows: readonly RolledRow[],
  isChosen: IsChosen,
  sums: SourceSums,
): void {
  const isHour = unit === 'hour';
  const span = isHour ? Granularity.hour : Granularity.day;
  for (const row of rows) {
    const startMs = row.start_s * 1000;
    if (row.span !== span || startMs < fromWallMs || startMs >= toWallMs) continue;
    if (!isChosen(row.metric_id, row.source, row.start_s, row.granularity)) continue;
    sums.add(row, floorTo(unit, startMs), isHour ? row.zone_offset_minutes : 0);
  }
}
