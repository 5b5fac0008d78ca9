import { DataSource } from 'typeorm';
import type { ColumnBatch } from '../../../src/batch/column-batch';
import type { BenchContext } from '../bench-context';
import { heartRateColumns } from './copy-encoders';
import { HeartRateEntity } from './heart-rate.entity';
import { elapsedMs, type WriteBatchOnce, type WriteTimes } from './write-way';

/** Rows that are handed to TypeORM at once. */
const chunkRows = 1000;
const keyColumns = ['userId', 'recordedAt', 'source', 'granularity'];

/** A connection of TypeORM's that finds its tables in this schema first. */
export async function openDataSource(context: BenchContext, url: string, schema: string): Promise<DataSource> {
  const extra = { options: `-c role=health_export_app -c search_path=${schema},public`, max: 1 };
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    entities: [HeartRateEntity],
    installExtensions: false,
    extra,
  });
  await dataSource.initialize();
  context.atEnd(() => dataSource.destroy());
  return dataSource;
}

function rowsOf(userId: string, batch: ColumnBatch): HeartRateEntity[] {
  const { recordedAt, source, value, min, max } = heartRateColumns(batch);
  return Array.from({ length: batch.length }, (_, i) => ({
    userId,
    recordedAt: new Date(recordedAt[i] as number),
    source: source[i] as string,
    granularity: 0,
    value: value[i] as number,
    min: min[i] as number,
    max: max[i] as number,
    zoneOffsetMinutes: 60,
    flags: 0,
    ingestionSeq: '1',
  }));
}

/** TypeORM composes in many small steps: what this process computes is its encoding, the rest is waiting. */
async function timesOf(work: () => Promise<unknown>): Promise<WriteTimes> {
  const before = process.cpuUsage();
  const totalMs = await elapsedMs(work);
  const { user, system } = process.cpuUsage(before);
  const encodeMs = Math.min(totalMs, (user + system) / 1000);
  return { encodeMs, serverMs: totalMs - encodeMs };
}

/** TypeORM's `upsert()`, in thousands, in one transaction. */
export function typeormUpsert(dataSource: DataSource): WriteBatchOnce {
  return (_client, userId, batch) =>
    timesOf(() =>
      dataSource.transaction(async (manager) => {
        const rows = rowsOf(userId, batch);
        for (let start = 0; start < rows.length; start += chunkRows) {
          await manager.getRepository(HeartRateEntity).upsert(rows.slice(start, start + chunkRows), keyColumns);
        }
      }),
    );
}

/** TypeORM's `save()`, in thousands, in one transaction. */
export function typeormSave(dataSource: DataSource): WriteBatchOnce {
  return (_client, userId, batch) =>
    timesOf(() => {
      const repository = dataSource.getRepository(HeartRateEntity);
      return repository.save(repository.create(rowsOf(userId, batch)), { chunk: chunkRows });
    });
}
