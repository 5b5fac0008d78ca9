import type { PoolClient } from 'pg';
import { families } from '../catalogue/families';
import { groupParameters, lineOf, seqParameter } from './encode-group';
import type { MemberBatch } from './member-batch';
import { sameRow } from './order-rows';
import { upsertRows } from './upsert-rows';
import { heldByLaterStatement } from './upsert-statement';
import { type CountsByLine, countsOf } from './write-counts';

const statements = new Map(families.map((family) => [family, heldByLaterStatement(family)]));

/** Indexes into `keys` of the rows whose key a later ingestion holds. */
async function heldByLater(client: PoolClient, member: MemberBatch, keys: Uint32Array): Promise<ReadonlySet<number>> {
  const { family } = member.batch;
  const parts = [{ member: 0, rows: keys }];
  const values = [...groupParameters([member], parts, family.key), seqParameter([member])];
  const statement = statements.get(family);
  if (statement === undefined) throw new Error(`${family.name} is not one of the families`);
  const { rows } = await client.query<{ position: number }>({ ...statement, values });
  return new Set(rows.map((row) => row.position - 1));
}

/**
 * Keys that a payload repeats count as if their samples had been sent one after another, the last one wins. `repeated`
 * are the rows of each such key, sorted by key; the counts are added to.
 *
 * The first of each key has been written and counted; what follows is compared in memory, and only the last is written.
 */
export async function writeRepeated(
  client: PoolClient,
  member: MemberBatch,
  repeated: readonly (readonly number[])[],
  counts: CountsByLine,
): Promise<void> {
  const { batch } = member;
  const held = await heldByLater(
    client,
    member,
    Uint32Array.from(repeated, (rows) => rows[0] as number),
  );
  const last: number[] = [];
  for (const [i, rows] of repeated.entries()) {
    let changed = false;
    for (let k = 1; k < rows.length; k++) {
      const entry = countsOf(counts, lineOf(batch, rows[k] as number));
      const differs = !held.has(i) && !sameRow(batch, rows[k - 1] as number, rows[k] as number);
      entry[differs ? 'updated' : 'unchanged']++;
      changed ||= differs;
    }
    if (changed) last.push(rows.at(-1) as number);
  }
  if (last.length > 0) await upsertRows(client, [member], [{ member: 0, rows: Uint32Array.from(last) }]);
}
