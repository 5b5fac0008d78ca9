import type { PoolClient } from 'pg';
import { type Family, SampleFlag } from '../catalogue/family';
import { Granularity } from '../catalogue/granularity';
import type { ColumnBatch } from './column-batch';
import { groupParameters } from './encode-group';
import type { NewRows } from './find-new-rows';
import { cutIntoChunks, type MemberBatch, type MemberRows } from './member-batch';
import { timeBounds, withinBounds } from './time-bounds';
import { groupRows, groupUser, type PreparedStatement, sameKey } from './upsert-statement';

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

/** What a row covers, and whether that was inferred. */
interface Coverage {
  readonly granularity: number;
  readonly is_inferred: boolean;
}

interface StoredRow extends Coverage {
  readonly position: number;
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
SELECT u.position::int, t.granularity, ${isSame} AS is_same, t.flags & ${SampleFlag.inferred} <> 0 AS is_inferred
  FROM ${groupRows(family, columns, true)}
  JOIN ${family.table} t ON t.user_id = ${groupUser} AND ${sameKey(key, 't', 'u')}
   AND ${withinBounds(columns.length + 3)}`,
    columns,
  };
}

function coversDays(granularity: number): boolean {
  return granularity >= Granularity.day;
}

/**
 * What a sample covers whose own granularity was inferred: that of the stored row that it is taken for, or its own.
 *
 * ORDER: a sample that cannot be sure of itself replaces nothing that was named. Where its own granularity is held by
 * such a row it is a reading, which lies beside it.
 */
function choose(own: number, isFirm: boolean, stored: readonly StoredRow[]): Coverage {
  const ofOwn = stored.find(({ granularity }) => granularity === own);
  if (ofOwn !== undefined && (isFirm || ofOwn.is_inferred || ofOwn.is_same)) return ofOwn;
  const same = stored.find(({ is_same: isSame }) => isSame);
  if (same !== undefined) return same;
  const kindred = stored.find(
    ({ granularity, is_inferred: isInferred }) => isInferred && coversDays(granularity) === coversDays(own),
  );
  if (!isFirm && kindred !== undefined) return kindred;
  if (ofOwn === undefined) return { granularity: own, is_inferred: true };
  const ofReading = stored.find(({ granularity }) => granularity === Granularity.raw);
  return ofReading ?? { granularity: Granularity.raw, is_inferred: true };
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

/** The columns of a batch in which adopting changes something. */
interface AdoptedColumns {
  readonly granularities: Float64Array;
  readonly flags: Float64Array;
}

function copyColumns(batch: ColumnBatch): AdoptedColumns {
  return { granularities: batch.numbers('granularity').values.slice(), flags: batch.numbers('flags').values.slice() };
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
 * other company. Returns the members with the granularities that result. A sample that is taken for one whose
 * granularity was named is no longer marked as inferred, so that it is unchanged when it is the very same.
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
  const adopted = members.map(() => null as AdoptedColumns | null);
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
        adopted[member] ??= copyColumns(batch);
        const { granularities, flags } = adopted[member];
        const chosen = choose(granularities[row] as number, isFirm, stored);
        granularities[row] = chosen.granularity;
        if (!chosen.is_inferred) flags[row] = (flags[row] as number) & ~SampleFlag.inferred;
      }
    }
  }
  return members.map((member, i) => {
    const columns = adopted[i] ?? null;
    if (columns === null) return member;
    const batch = member.batch.withColumn('granularity', columns.granularities).withColumn('flags', columns.flags);
    return { ...member, batch };
  });
}
