import { Granularity } from '../../catalogue/granularity';
import type { Transaction } from '../../database/database.service';
import { toDayRuns } from '../../database/rollups/day-runs';
import type { BucketQuestion, Piece } from './bucket-question';
import type { IsChosen } from './choose-granularity';
import type { RolledRow } from './rolled-statement';
import type { SourceSums } from './source-sums';
import {
  cutHoursStatement,
  type HoursPiece,
  hoursStatement,
  type MarkedPiece,
  markedStatement,
  type PlacedPiece,
} from './zone-statements';

const dayS = 86_400;
const dayMs = dayS * 1000;

/** The buckets of a zone: bucket n is between edge n − 1 and edge n. */
class Edges {
  constructor(private readonly edgesMs: readonly number[]) {}

  /** The bucket of an instant; 0 before the first one, the number of edges after the last. */
  placeOf(atMs: number): number {
    let [low, high] = [0, this.edgesMs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.edgesMs[middle] as number) <= atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  isBucket(place: number): boolean {
    return place > 0 && place < this.edgesMs.length;
  }
}

/** When a day of the samples' own local time begins, in ms since 1970. */
function startMsOf({ start_s: startS, zone_offset_minutes: offsetMinutes }: RolledRow): number {
  return (startS - offsetMinutes * 60) * 1000;
}

/** What tells a day of one source, granularity and offset, in one part, from another. */
function dayKeyOf(piece: Piece, offsetMinutes: number, dayS: number): string {
  return `${piece.metric_id} ${piece.part} ${piece.granularity} ${offsetMinutes} ${dayS} ${piece.source}`;
}

/** Adds the days that lie in a bucket as a whole, and returns those that a boundary cuts. */
function addWholeDays(days: readonly RolledRow[], edges: Edges, sums: SourceSums): RolledRow[] {
  const cut: RolledRow[] = [];
  for (const day of days) {
    const startMs = startMsOf(day);
    const [first, last] = [edges.placeOf(startMs), edges.placeOf(startMs + dayMs - 1)];
    if (first !== last) cut.push(day);
    else if (edges.isBucket(first)) sums.add(day, first, 0);
  }
  return cut;
}

/** Adds the hours of days that a boundary cuts, and the samples of the hours that one cuts. */
async function addCutDays(
  tx: Transaction,
  { userId, edgesMs }: { readonly userId: string; readonly edgesMs: readonly number[] },
  days: readonly RolledRow[],
  sums: SourceSums,
): Promise<void> {
  if (days.length === 0) return;
  const edges = new Edges(edgesMs);
  const keys = new Set(days.map((day) => dayKeyOf(day, day.zone_offset_minutes, day.start_s)));
  const runs = toDayRuns(days.map((day) => ({ metricId: day.metric_id, day: day.start_s / dayS })));
  const { sql, values } = hoursStatement(userId, runs, edgesMs);
  const cut: HoursPiece[] = [];
  for (const piece of await tx.query<HoursPiece & Record<string, unknown>>(sql, values)) {
    if (!keys.has(dayKeyOf(piece, piece.zone_offset_minutes, piece.day_s))) continue;
    // Samples have both parts of a pressure.
    if (piece.cut_s !== null) cut.push(...(piece.part === 0 ? [piece] : []));
    else if (edges.isBucket(piece.bucket)) sums.add(piece, piece.bucket, 0);
  }
  if (cut.length === 0) return;
  const samples = cutHoursStatement(userId, cut, edgesMs);
  for (const piece of await tx.query<PlacedPiece & Record<string, unknown>>(samples.sql, samples.values)) {
    if (edges.isBucket(piece.bucket)) sums.add(piece, piece.bucket, 0);
  }
}

/**
 * Adds what makes the buckets of a zone: days that lie in a bucket as a whole, else their hours, else the samples of the
 * hours that a boundary cuts; marked days from their samples. Three statements at most, none where days line up.
 *
 * A sample that covers less than a day belongs to the bucket in which it begins; one that covers a day to the bucket in
 * which its middle lies, for the zone's day need not be the phone's, and a total cannot be cut.
 */
export async function addZonePieces(
  tx: Transaction,
  question: BucketQuestion & { readonly edgesMs: readonly number[] },
  rows: readonly RolledRow[],
  isChosen: IsChosen,
  sums: SourceSums,
): Promise<void> {
  const { userId, edgesMs, marked } = question;
  const edges = new Edges(edgesMs);
  const days = rows.filter((row) => row.is_stored && isChosen(row.metric_id, row.source, row.start_s, row.granularity));
  for (const row of days) {
    if (row.granularity !== Granularity.day) continue;
    const place = edges.placeOf(startMsOf(row) + dayMs / 2);
    if (edges.isBucket(place)) sums.add(row, place, 0);
  }
  const finer = days.filter(({ granularity }) => granularity !== Granularity.day);
  await addCutDays(tx, { userId, edgesMs }, addWholeDays(finer, edges, sums), sums);
  if (marked.length === 0) return;
  const { sql, values } = markedStatement(userId, marked, edgesMs);
  for (const piece of await tx.query<MarkedPiece & Record<string, unknown>>(sql, values)) {
    const counts = isChosen(piece.metric_id, piece.source, piece.day_s, piece.granularity);
    if (counts && edges.isBucket(piece.bucket)) sums.add(piece, piece.bucket, 0);
  }
}
