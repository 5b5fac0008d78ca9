import { adoptGranularity } from '../../batch/adopt-granularity';
import type { ColumnBatch } from '../../batch/column-batch';
import { matchNights } from '../../batch/match-nights';
import { type CountsByLine, type WriteCounts, type WriteScope, writeBatch } from '../../batch/write-batch';
import type { Catalogue } from '../../catalogue/catalogue';
import { eventFamily, quantityFamily, sleepNightFamily } from '../../catalogue/families';
import type { Transaction } from '../../database/database.service';
import type { EventKind } from '../normalise/elements/add-event';
import { eventAccountNames } from '../normalise/elements/element-kinds';
import type { NormalisedPayload } from '../normalise/normalised-payload';
import type { UserMetricIds } from './user-metric.repository';

/** The account line of families that have only one. */
const lineByFamily: Readonly<Record<string, string>> = {
  heart_rate: 'heart_rate',
  blood_pressure: 'blood_pressure',
  sleep_segment: 'sleep_analysis',
  sleep_night: 'sleep_analysis',
  workout: 'workouts',
  ecg: 'ecg',
};

/** What only the database knows of a batch: ids of nights and of the user's own metrics, granularities of old. */
async function complete(
  tx: Transaction,
  scope: WriteScope,
  payload: NormalisedPayload,
  batch: ColumnBatch,
  ids: UserMetricIds,
): Promise<ColumnBatch> {
  if (batch.family === sleepNightFamily) return batch.withColumn('id', await matchNights(tx.client, scope, batch));
  const identified = batch.family === quantityFamily ? withRealIds(batch, ids) : batch;
  const inferred = payload.inferred(batch);
  return inferred === null ? identified : adoptGranularity(tx.client, scope, identified, inferred);
}

function withRealIds(batch: ColumnBatch, ids: UserMetricIds): ColumnBatch {
  if (ids.byTemporaryId.length === 0) return batch;
  const real = batch.numbers('metric_id').values.map((id) => (id < 0 ? (ids.byTemporaryId[-id - 1] as number) : id));
  return batch.withColumn('metric_id', real);
}

/**
 * Writes all batches of a payload, in the order of families, and returns what became of the rows of each account line.
 *
 * Order: inside the transaction that holds the user's advisory lock.
 */
export async function writePayload(
  tx: Transaction,
  scope: WriteScope,
  payload: NormalisedPayload,
  catalogue: Catalogue,
  ids: UserMetricIds,
): Promise<ReadonlyMap<string, WriteCounts>> {
  const nameOf = (batch: ColumnBatch, line: string | number | null): string => {
    if (batch.family === quantityFamily) {
      return catalogue.byId(line as number)?.name ?? (ids.nameById.get(line as number) as string);
    }
    if (batch.family === eventFamily) return eventAccountNames[line as EventKind];
    return lineByFamily[batch.family.name] as string;
  };
  const written = new Map<string, WriteCounts>();
  for (const batch of payload.filled()) {
    const counts: CountsByLine = await writeBatch(tx.client, scope, await complete(tx, scope, payload, batch, ids));
    for (const [line, { stored, updated, unchanged }] of counts) {
      const name = nameOf(batch, line);
      const sum = written.get(name) ?? { stored: 0, updated: 0, unchanged: 0 };
      written.set(name, {
        stored: sum.stored + stored,
        updated: sum.updated + updated,
        unchanged: sum.unchanged + unchanged,
      });
    }
  }
  return written;
}
