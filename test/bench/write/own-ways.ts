import type { Client, PoolClient } from 'pg';
import { encodeCopy } from '../../../src/batch/encode-copy';
import { groupParameters } from '../../../src/batch/encode-group';
import { findNewRows } from '../../../src/batch/find-new-rows';
import { orderRows } from '../../../src/batch/order-rows';
import { writeGroup } from '../../../src/batch/write-group';
import { elapsedMs, timed, type WriteBatchOnce, type WriteTimes } from './write-way';

/** Most rows of one statement of ours here: the whole batch. */
const chunkRows = 10_000;

async function inTransaction(client: Client, work: (client: PoolClient) => Promise<unknown>): Promise<void> {
  await client.query('BEGIN');
  await work(client as unknown as PoolClient);
  await client.query('COMMIT');
}

/** Our upsert as a way; `ingestionSeq` says which ingestion the rows come with. */
export function upsertWith(ingestionSeq: string): WriteBatchOnce {
  return async (client, userId, batch): Promise<WriteTimes> => {
    const member = { userId, ingestionSeq, batch };
    // The writer encodes in between its statements, so the same is done once more to be timed alone.
    const { ms: encodeMs } = timed(() => {
      const parts = [{ member: 0, rows: orderRows(batch).first }];
      return groupParameters(
        [member],
        parts,
        batch.family.columns.map(({ name }) => name),
      );
    });
    const totalMs = await elapsedMs(() =>
      inTransaction(client, (inside) => writeGroup(inside, [member], { chunkRows, newRows: null })),
    );
    return { encodeMs, serverMs: totalMs - encodeMs };
  };
}

/** Our append path as a way: the question what is new is asked and paid for. */
export const append: WriteBatchOnce = async (client, userId, batch) => {
  const member = { userId, ingestionSeq: '1', batch };
  const { ms: encodeMs } = timed(() => encodeCopy([member], [{ member: 0, rows: orderRows(batch).first }]));
  const totalMs = await elapsedMs(() =>
    inTransaction(client, async (inside) => {
      await findNewRows(inside, [member]);
      // The table begins with a few rows of this user in between: here it is known that none has one of these instants.
      const newRows = [new Uint8Array(batch.length).fill(1)];
      const [counts] = await writeGroup(inside, [member], { chunkRows, newRows });
      const stored = counts?.get(null)?.stored;
      if (stored !== batch.length) throw new Error(`the append path stored ${stored} of ${batch.length} rows`);
    }),
  );
  return { encodeMs, serverMs: totalMs - encodeMs };
};
