import { adoptGranularity, type InferringMember } from '../../batch/adopt-granularity';
import type { ColumnBatch } from '../../batch/column-batch';
import { findNewRows, type NewRows } from '../../batch/find-new-rows';
import { matchNights } from '../../batch/match-nights';
import { adoptArchivedThings, matchArchivedThings, type ThingIdentity } from '../../batch/match-things';
import type { MemberBatch } from '../../batch/member-batch';
import type { WriteCounts } from '../../batch/write-counts';
import { writeGroup } from '../../batch/write-group';
import type { Catalogue } from '../../catalogue/catalogue';
import {
  ecgFamily,
  eventFamily,
  families,
  quantityFamily,
  sleepNightFamily,
  workoutFamily,
} from '../../catalogue/families';
import type { Family } from '../../catalogue/family';
import type { Transaction } from '../../database/database.service';
import type { EventKind } from '../normalise/elements/add-event';
import { archivedEcgId } from '../normalise/elements/ecg.element';
import { eventAccountNames } from '../normalise/elements/element-kinds';
import { archivedWorkoutId } from '../normalise/elements/workout.element';
import type { NormalisedPayload } from '../normalise/normalised-payload';
import type { UserMetricIds } from './user-metric.repository';
import { addToLine, type WrittenLines } from './written-lines';

/** One ingestion's samples, ready to be written. */
export interface PayloadMember {
  readonly userId: string;
  readonly ingestionSeq: string;
  readonly payload: NormalisedPayload;
  readonly ids: UserMetricIds;
}

/** How payloads are written. */
export interface PayloadWriteOptions {
  /** Most rows a statement. */
  readonly chunkRows: number;
  /** Whether rows that are new for sure are appended; otherwise each is compared with what is stored. */
  readonly append: boolean;
  readonly onChunk?: (rows: number, elapsedMs: number) => void;
}

/** Things that a history has without an id, or without its source. */
const thingIdentities: ReadonlyMap<Family, ThingIdentity> = new Map<Family, ThingIdentity>([
  [
    workoutFamily,
    {
      pointColumns: ['route_points', 'series_points'],
      endCounts: true,
      isArchived: ({ id, startMs, endMs, source }) => id === archivedWorkoutId(startMs, endMs ?? startMs, source),
    },
  ],
  [
    ecgFamily,
    {
      pointColumns: ['voltage_count'],
      endCounts: false,
      isArchived: ({ id, startMs }) => id === archivedEcgId(startMs),
    },
  ],
]);

/** Fewer rows than this are upserted without asking what is stored. */
const minAskedRows = 200;

/** The account line of families that have only one. */
const lineByFamily: Readonly<Record<string, string>> = {
  heart_rate: 'heart_rate',
  blood_pressure: 'blood_pressure',
  sleep_segment: 'sleep_analysis',
  sleep_night: 'sleep_analysis',
  workout: 'workouts',
  ecg: 'ecg',
};

function withRealIds(batch: ColumnBatch, ids: UserMetricIds): ColumnBatch {
  if (batch.family !== quantityFamily || ids.byTemporaryId.length === 0) return batch;
  const real = batch.numbers('metric_id').values.map((id) => (id < 0 ? (ids.byTemporaryId[-id - 1] as number) : id));
  return batch.withColumn('metric_id', real);
}

async function identify(tx: Transaction, { userId, ingestionSeq, payload, ids }: PayloadMember, batch: ColumnBatch) {
  const member = { userId, ingestionSeq, batch: withRealIds(batch, ids), inferred: payload.inferred(batch) };
  if (batch.family === sleepNightFamily) {
    return { ...member, batch: batch.withColumn('id', await matchNights(tx.client, member)) };
  }
  const identity = thingIdentities.get(batch.family);
  if (identity === undefined) return member;
  if (payload.context.isArchive) return { ...member, batch: await matchArchivedThings(tx.client, member, identity) };
  await adoptArchivedThings(tx.client, member, identity);
  return member;
}

/** What only the database knows of a family's batches: ids of nights, what is new for sure, granularities of old. */
async function complete(
  tx: Transaction,
  group: readonly (PayloadMember & { readonly batch: ColumnBatch })[],
  { chunkRows, append }: PayloadWriteOptions,
): Promise<{ members: readonly MemberBatch[]; newRows: NewRows | null }> {
  const identified: InferringMember[] = [];
  for (const member of group) identified.push(await identify(tx, member, member.batch));
  const rows = identified.reduce((sum, { batch }) => sum + batch.length, 0);
  const newRows = append && rows >= minAskedRows ? await findNewRows(tx.client, identified) : null;
  return { members: await adoptGranularity(tx.client, identified, newRows, chunkRows), newRows };
}

function accountName(family: Family, line: string | number | null, ids: UserMetricIds, catalogue: Catalogue): string {
  if (family === quantityFamily) {
    return catalogue.byId(line as number)?.name ?? (ids.nameById.get(line as number) as string);
  }
  if (family === eventFamily) return eventAccountNames[line as EventKind];
  return lineByFamily[family.name] as string;
}

/**
 * Writes all batches of a group of payloads, in the order of families, and returns for each what became of the rows of
 * each account line.
 *
 * Order: inside the transaction that holds the users' advisory locks; each user is in the group once.
 */
export async function writePayloads(
  tx: Transaction,
  group: readonly PayloadMember[],
  catalogue: Catalogue,
  options: PayloadWriteOptions,
): Promise<readonly WrittenLines[]> {
  const written = group.map(() => new Map<string, WriteCounts>());
  for (const family of families) {
    const present = group.flatMap((member, i) => {
      const batch = member.payload.find(family);
      return batch === undefined ? [] : [{ ...member, batch, i }];
    });
    if (present.length === 0) continue;
    const { members, newRows } = await complete(tx, present, options);
    const counts = await writeGroup(tx.client, members, { ...options, newRows });
    for (const [k, { i, ids }] of present.entries()) {
      const lines = written[i] as Map<string, WriteCounts>;
      for (const [line, ofLine] of counts[k] ?? []) addToLine(lines, accountName(family, line, ids, catalogue), ofLine);
    }
  }
  return written;
}
