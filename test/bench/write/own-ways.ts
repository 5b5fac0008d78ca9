import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Client, PoolClient } from 'pg';
import type { ColumnBatch } from '../../../src/batch/column-batch';
import { encodeArray } from '../../../src/batch/encode-array';
import { orderRows } from '../../../src/batch/order-rows';
import { type WriteScope, writeBatch } from '../../../src/batch/write-batch';
import { elapsedMs, timed, type WriteBatchOnce, type WriteTimes } from './write-way';

/** Most rows of one statement of ours here: the whole batch. */
const chunkRows = 10_000;

type Append = (client: PoolClient, scope: WriteScope, batch: ColumnBatch) => Promise<number>;

/** Compiled to dist/test/bench/write. */
const appendFile = join(__dirname, '../../../src/batch/append-batch.js');

async function inTransaction(client: Client, work: (client: PoolClient) => Promise<unknown>): Promise<void> {
  await client.query('BEGIN');
  await work(client as unknown as PoolClient);
  await client.query('COMMIT');
}

function scopeOf(userId: string, ingestionSeq: string): WriteScope {
  return { userId, ingestionSeq, chunkRows };
}

/** Our upsert as a way; `ingestionSeq` says which ingestion the rows come with. */
export function upsertWith(ingestionSeq: string): WriteBatchOnce {
  return async (client, userId, batch): Promise<WriteTimes> => {
    // The writer encodes in between its statements, so the same is done once more to be timed alone.
    const { ms: encodeMs } = timed(() => {
      const { first } = orderRows(batch);
      for (const column of batch.columns) encodeArray(column, first);
    });
    const totalMs = await elapsedMs(() =>
      inTransaction(client, (inside) => writeBatch(inside, scopeOf(userId, ingestionSeq), batch)),
    );
    return { encodeMs, serverMs: totalMs - encodeMs };
  };
}

/** Our append path, or undefined in a build that has none. */
export function findAppendWay(): WriteBatchOnce | undefined {
  if (!existsSync(appendFile)) return undefined;
  const { appendBatch } = createRequire(__filename)(appendFile) as { appendBatch: Append };
  return async (client, userId, batch) => {
    const totalMs = await elapsedMs(() =>
      inTransaction(client, async (inside) => {
        const rows = await appendBatch(inside, scopeOf(userId, '1'), batch);
        if (rows !== batch.length) throw new Error(`the append path stored ${rows} of ${batch.length} rows`);
      }),
    );
    // It encodes while it sends; the whole is what is compared.
    return { encodeMs: 0, serverMs: totalMs };
  };
}
