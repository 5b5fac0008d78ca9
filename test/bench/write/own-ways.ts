import type { Client, PoolClient } from 'pg';
import { encodeCopy } from '../../../src/batch/encode-copy';
import { groupParameters } from '../../../src/batch/encode-group';
import { findNewRows } from '../../../src/batch/find-new-rows';
import type { MemberBatch } from '../../../src/batch/member-batch';
import { orderRows } from '../../../src/batch/order-rows';
import { writeGroup } from '../../../src/batch/write-group';
import { elapsedMs, timed, type WriteBatchOnce } from './write-way';

/** Most rows of one statement of ours here: the whole batch. */
const chunkRows = 10_000;

async function inTransaction(client: Client, work: (client: PoolClient) => Promise<unknown>): Promise<void> {
  await client.query('BEGIN');
  await work(client as unknown as PoolClient);
  await client.query('COMMIT');
}

/** How long one encoding of a batch takes by itself; the writer encodes in between its statements. */
function encodingMs(member: MemberBatch, as: 'copy' | 'arrays'): number {
  const { batch } = member;
  const parts = [{ member: 0, rows: orderRows(batch).first }];
  const names = batch.family.columns.map(({ name }) => name);
  return timed(() => (as === 'copy' ? encodeCopy([member], parts) : groupParameters([member], parts, names))).ms;
}

/** Our upsert as a way: the one statement, without a question before it. */
export const upsert: WriteBatchOnce = async (client, userId, batch) => {
  const member = { userId, ingestionSeq: '1', batch };
  const encodeMs = encodingMs(member, 'arrays');
  const totalMs = await elapsedMs(() =>
    inTransaction(client, (inside) => writeGroup(inside, [member], { chunkRows, newRows: null })),
  );
  return { encodeMs, serverMs: totalMs - encodeMs };
};

/**
 * Our writer as payloads are written by it, as a way: it is told nothing of the rows and asks. `stored` says how many of
 * them have to turn out to be new.
 */
export function writer(ingestionSeq: string, stored: 'all' | 'none'): WriteBatchOnce {
  return async (client, userId, batch) => {
    const member = { userId, ingestionSeq, batch };
    const encodeMs = encodingMs(member, stored === 'all' ? 'copy' : 'arrays');
    const totalMs = await elapsedMs(() =>
      inTransaction(client, async (inside) => {
        const newRows = await findNewRows(inside, [member]);
        const [counts] = await writeGroup(inside, [member], { chunkRows, newRows });
        const found = counts?.get(null)?.stored;
        if (found !== (stored === 'all' ? batch.length : 0)) throw new Error(`our writer stored ${found} rows`);
      }),
    );
    return { encodeMs, serverMs: totalMs - encodeMs };
  };
}
