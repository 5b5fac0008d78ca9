import type { PoolClient } from 'pg';
import type { Family } from '../catalogue/family';
import { Granularity } from '../catalogue/granularity';
import { groupParameters } from './encode-group';
import type { NewRows } from './find-new-rows';
import { cutIntoChunks, type MemberBatch, type MemberRows } from './member-batch';
import { timeBounds, withinBounds } from './time-bounds';
import { groupRows, groupUser, type PreparedStatement } from './upsert-statement';

/**
 * Rows of a batch whose granularity was inferred from the other samples of their block (rule 3 of `granularity.ts`).
 *
 * `isFirm` tells for each whether the block had enough samples to be sure of its own.
 */
export interface InferredRows {
  readonly rows: readonly number[];
  readonly isFirm: readonly boolean[];
}

/** A member of a group, with its inferred rows; null when it has none. */
export interface InferringMember extends MemberBatch {
  readonly inferred: InferredRows | null;
}

/** The columns that say what was read; when all are the same, it is the same reading. */
const readingColumns = ['value', 'min', 'max', 'systolic', 'diastolic'];

interface StoredRow {
  readonly position: number;
  readonly granularity: number;
  readonly is_same: boolean;
}

function lookUpStatement(family: Family): PreparedStatement & { columns: string[] } {
  const key = family.key.filter((name) => name !== 'granularity');
  const readings = family.columns.map(({ name }) => name).filter((name) => readingColumns.includes(name));
  const columns = [...key, ...readings];
  const isSame = `(${readings.map((name) => `t.${name}`)}) IS NOT DISTINCT FROM (${readings.map((name) => `u.${name}`)})`;
  return {
    name: `stored_granularities_${family.name}`,
    text: `
SELECT u.position::int, t.granularity, ${isSame} AS is_same
  FROM ${groupRows(family, columns, true)}
  JOIN ${family.table} t ON t.user_id = ${groupUser} AND ${key.map((name) => `t.${name} = u.${name}`).join(' AND ')}
   AND ${withinBounds(columns.length + 3)}`,
    columns,
  };
}

function coversDays(granularity: number): boolean {
  return granularity >= Granularity.day;
}

/** The stored granularity that a sample is taken for, or its own. */
function choose(own: number, isFirm: boolean, stored: readonly StoredRow[]): number {
  if (stored.some(({ granularity }) => granularity === own)) return own;
  const same = stored.find(({ is_same: isSame }) => isSame);
  if (same !== undefined) return same.granularity;
  const kindred = stored.find(({ granularity }) => coversDays(granularity) === coversDays(own));
  return isFirm || kindred === undefined ? own : kindred.granularity;
}

/** The stored rows with the keys of the given ones, whatever their granularity, by position among those given. */
async function readStored(
  client: PoolClient,
  members: readonly MemberBatch[],
  parts: readonly MemberRows[],
): Promise<ReadonlyMap<number, readonly StoredRow[]>> {
  const { family } = (members[0] as MemberBatch).batch;
  const { name, text, columns } = lookUpStatement(family);
  const values = [...groupParameters(members, parts, columns), ...timeBounds(members, parts)];
  const found = await client.query<StoredRow>({ name, text, values });
  const storedOf = new Map<number, StoredRow[]>();
  for (const stored of found.rows) {
    const others = storedOf.get(stored.position - 1);
    if (others === undefined) storedOf.set(stored.position - 1, [stored]);
    else others.push(stored);
  }
  return storedOf;
}

/** The inferred rows of a member that may be stored already: those that are new need not be looked up. */
function questionable({ inferred }: InferringMember, isNew: Uint8Array | undefined): InferredRows {
  if (inferred === null) return { rows: [], isFirm: [] };
  if (isNew === undefined) return inferred;
  const kept = [...inferred.rows.keys()].filter((i) => isNew[inferred.rows[i] as number] === 0);
  return { rows: kept.map((i) => inferred.rows[i] as number), isFirm: kept.map((i) => inferred.isFirm[i] as boolean) };
}

/**
 * Rule 4 of `granularity.ts`: finds the granularity of samples whose own is inferred and that are stored already, in
 * other company. Returns the members with the granularities that result.
 *
 * Order: under the users' advisory locks, before the batches are written; it changes nothing, so it can be run again.
 */
export async function adoptGranularity(
  client: PoolClient,
  members: readonly InferringMember[],
  newRows: NewRows | null,
  chunkRows: number,
): Promise<readonly MemberBatch[]> {
  const asked = members.map((member, i) => questionable(member, newRows?.[i]));
  const adopted = members.map(() => null as Float64Array | null);
  const parts = asked.map(({ rows }, member) => ({ member, rows: Uint32Array.from(rows) }));
  const done = members.map(() => 0);
  // In chunks, because each statement has a time limit of its own.
  for (const chunk of cutIntoChunks(parts, chunkRows)) {
    const storedOf = await readStored(client, members, chunk);
    let position = 0;
    for (const { member, rows } of chunk) {
      const { batch } = members[member] as MemberBatch;
      for (const row of rows) {
        const stored = storedOf.get(position++);
        const isFirm = (asked[member] as InferredRows).isFirm[(done[member] as number)++] as boolean;
        if (stored === undefined) continue;
        adopted[member] ??= batch.numbers('granularity').values.slice();
        const granularities = adopted[member];
        granularities[row] = choose(granularities[row] as number, isFirm, stored);
      }
    }
  }
  return members.map((member, i) => {
    const granularities = adopted[i] ?? null;
    return granularities === null
      ? member
      : { ...member, batch: member.batch.withColumn('granularity', granularities) };
  });
}
