import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { withoutPipelining } from '../database/pipelining';
import { encodeCopy } from './encode-copy';
import { markDays } from './mark-days';
import type { MemberBatch, MemberRows } from './member-batch';

/**
 * Writes rows that are known to be new, with binary `COPY`: it neither looks for a stored row nor returns anything, and
 * fills whole pages at a time. Marks the days that they are on.
 *
 * Errors: rejects with SQLSTATE 23505 when one of them was there after all; the transaction is then to be run again
 * without appending. Order: after {@link findNewRows}, under the users' advisory locks.
 * Source: docs/decisions/010-append-by-copy.md
 */
export async function appendRows(
  client: PoolClient,
  members: readonly MemberBatch[],
  parts: readonly MemberRows[],
): Promise<void> {
  const { family } = (members[0] as MemberBatch).batch;
  const names = ['user_id', ...family.columns.map(({ name }) => name), 'ingestion_seq'];
  const bytes = encodeCopy(members, parts);
  const copy = () =>
    new Promise<void>((resolve, reject) => {
      const stream = client.query(copyFrom(`COPY ${family.table} (${names.join(', ')}) FROM STDIN (FORMAT binary)`));
      // Not once: a copy that is not answered in time fails a second time when its connection is closed, and an error
      // that nobody listens for ends the process.
      stream.on('error', reject).once('finish', resolve);
      stream.end(bytes);
    });
  await withoutPipelining(client, copy);
  await markDays(client, members, parts);
}
