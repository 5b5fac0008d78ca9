import { Granularity } from '../../catalogue/granularity';
import type { Transaction } from '../../database/database.service';
import { toDayRuns } from '../../database/rollups/day-runs';
import type { BucketQuestion } from './bucket-question';
import type { IsChosen } from './choose-granularity';
import type { RolledRow } from './rolled-statement';
import type { SourceSums } from './source-sums';
import {
  cutHoursStatement,
  hoursStatement,
  type MarkedPiece,
  markedStatement,
  type PlacedPiece,
  startMsOf,
} from './zone-statements';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

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

/** What tells a day of one source, granularity and offset, in one part, from another; the same for its hours. */
function dayKeyOf(row: RolledRow): string {
  const { metric_id: metricId, part, granularity, zone_offset_minutes: offset, start_s: startS, source } = row;
  return `${metricId} ${part} ${granularity} ${offset} ${Math.floor((startS * 1000) / dayMs)} ${source}`;
}

/** Adds those that lie in a bucket as a whole, and returns those that a boundary cuts. */
function addWhole(rows: readonly RolledRow[], lengthMs: number, edges: Edges, sums: SourceSums): RolledRow[] {
  const cut: RolledRow[] = [];
  for (const row of rows) {
    const startMs = startMsOf(row);
    const [first, last] = [edges.placeOf(startMs), edges.placeOf(startMs + lengthMs - 1)];
    if (first === last) {
      if (edges.isBucket(first)) sums.add(row, first, 0);
    } else cut.push(row);
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
  const runs = toDayRuns(days.map((row) => ({ metricId: row.metric_id, day: (row.start_s * 1000) / dayMs })));
  const { sql, values } = hoursStatement(userId, runs);
  const keys = new Set(days.map(dayKeyOf));
  const hours = (await tx.query<RolledRow & Record<string, unknown>>(sql, values)).filter((row) =>
    keys.has(dayKeyOf(row)),
  );
  const edges = new Edges(edgesMs);
  // The samples have both parts of a pressure.
  const cut = addWhole(hours, hourMs, edges, sums).filter(({ part }) => part === 0);
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
  await addCutDays(tx, { userId, edgesMs }, addWhole(finer, dayMs, edges, sums), sums);
  if (marked.length === 0) return;
  const { sql, values } = markedStatement(userId, marked, edgesMs);
  for (const piece of await tx.query<MarkedPiece & Record<string, unknown>>(sql, values)) {
    const counts = isChosen(piece.metric_id, piece.source, piece.day_s, piece.granularity);
    if (counts && edges.isBucket(piece.bucket)) sums.add(piece, piece.bucket, 0);
  }
}
