import type { PoolClient } from 'pg';
import { families } from '../catalogue/families';
import { type Family, isTimed } from '../catalogue/family';
import type { ColumnBatch } from './column-batch';
import type { MemberBatch } from './member-batch';
import { rangeParameters, rangesOf, type StoredRange, storedInRanges } from './stored-ranges';
import { roundingMs } from './time-bounds';
import type { PreparedStatement } from './upsert-statement';

/** For each member of a group and each of its rows, 1 where nothing can be stored under the row's key. */
export type NewRows = readonly Uint8Array[];

/** A range with what is known to be stored in it. */
interface KnownRange extends StoredRange {
  /** Instants of stored rows, newest first; one may be there more than once. */
  storedMs: number[];
  /** The oldest of them where there may be more, else before all time. */
  knownFromMs: number;
  /** How many rows of the batch are at one of them. */
  takenRows: number;
}

/** How many stored instants of a range are asked for at first: so few that it costs little where all is stored already. */
const firstAsked = ({ rows }: StoredRange): number => 1 + Math.floor(rows / 64);

/** And where those are of others' rows, which says that this batch may fill the gaps between them. */
const secondAsked = ({ rows }: StoredRange): number => 1 + rows;

/** To ask a second time for fewer rows than this takes longer than to upsert them. */
const minAskedAgain = 1000;

function statementFor(family: Family): PreparedStatement {
  return {
    name: `newest_${family.name}`,
    text: `
SELECT r.position::int, extract(epoch FROM t.recorded_at)::float8 * 1000 AS stored_ms
  FROM ${storedInRanges(family, 2, 't.recorded_at')}`,
  };
}

const statements = new Map(families.filter(isTimed).map((family) => [family, statementFor(family)]));

/** True when nothing can be stored at an instant: what is stored from `knownFromMs` on is known. */
function isFree({ storedMs, knownFromMs }: KnownRange, atMs: number): boolean {
  if (storedMs.length === 0) return true;
  if (atMs <= knownFromMs) return false;
  // The first stored instant that is not after it.
  let low = 0;
  let high = storedMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((storedMs[middle] as number) > atMs) low = middle + 1;
    else high = middle;
  }
  const before = storedMs[low] ?? Number.NEGATIVE_INFINITY;
  const after = storedMs[low - 1] ?? Number.POSITIVE_INFINITY;
  return atMs - before > roundingMs && after - atMs > roundingMs;
}

async function learn(
  client: PoolClient,
  statement: PreparedStatement,
  members: readonly MemberBatch[],
  ranges: readonly KnownRange[],
  mostOf: (range: StoredRange) => number,
): Promise<void> {
  const { family } = (members[0] as MemberBatch).batch;
  const values = [members.map(({ userId }) => userId), ...rangeParameters(family, ranges, mostOf)];
  for (const range of ranges) range.storedMs = [];
  const found = await client.query<{ position: number; stored_ms: number }>({ ...statement, values });
  for (const { position, stored_ms: storedMs } of found.rows)
    (ranges[position - 1] as KnownRange).storedMs.push(storedMs);
  for (const range of ranges) {
    range.storedMs.sort((a, b) => b - a);
    const isAll = range.storedMs.length < mostOf(range);
    range.knownFromMs = isAll ? Number.NEGATIVE_INFINITY : (range.storedMs.at(-1) as number);
  }
}

/** Tells the rows of a batch that are new by what is known of their ranges. */
function tellNew(batch: ColumnBatch, rangeOfRow: readonly KnownRange[]): Uint8Array {
  const instants = batch.numbers('recorded_at').values;
  const isNew = new Uint8Array(batch.length);
  for (let row = 0; row < batch.length; row++) {
    const range = rangeOfRow[row] as KnownRange;
    const atMs = instants[row] as number;
    if (isFree(range, atMs)) isNew[row] = 1;
    else if (atMs >= range.knownFromMs) range.takenRows++;
  }
  return isNew;
}

/** True when there is more to know, and what is known are rows of others for the most part: no batch that comes again. */
function mayFillGaps({ storedMs, knownFromMs, takenRows }: KnownRange): boolean {
  return Number.isFinite(knownFromMs) && takenRows * 2 < storedMs.length;
}

/**
 * Finds the rows of a group that are new for sure: those at an instant at which nothing is stored of the member and metric.
 * The newest of the stored instants are asked for; of what lies before them nothing is known. Null for a family whose key
 * has no time in it.
 *
 * Order: under the users' advisory locks, which keep it true until the transaction ends.
 * Source: docs/decisions/010-append-by-copy.md
 */
export async function findNewRows(client: PoolClient, members: readonly MemberBatch[]): Promise<NewRows | null> {
  const statement = statements.get((members[0] as MemberBatch).batch.family);
  if (statement === undefined) return null;
  const rangeOfRow = members.map(({ batch }) => new Array<KnownRange>(batch.length));
  const ranges = members.flatMap(({ batch }, member) =>
    rangesOf(
      member,
      batch,
      null,
      (range): KnownRange => ({ ...range, storedMs: [], knownFromMs: Number.NEGATIVE_INFINITY, takenRows: 0 }),
      (row, range) => {
        (rangeOfRow[member] as KnownRange[])[row] = range;
      },
    ),
  );
  const tell = (): NewRows => members.map(({ batch }, member) => tellNew(batch, rangeOfRow[member] as KnownRange[]));
  await learn(client, statement, members, ranges, firstAsked);
  const newRows = tell();
  const open = ranges.filter(mayFillGaps);
  if (open.reduce((sum, { rows }) => sum + rows, 0) < minAskedAgain) return newRows;
  await learn(client, statement, members, open, secondAsked);
  return tell();
}
