import type { PoolClient } from 'pg';
import { families } from '../catalogue/families';
import { type Family, isTimed } from '../catalogue/family';
import { groupParameters, seqParameter } from './encode-group';
import { type MemberBatch, type MemberRows, rowsOf, splitRows } from './member-batch';
import { rangeParameters, rangesOf, type StoredRange, storedInRanges } from './stored-ranges';
import { changingColumns, differs, groupRows, groupSeq, type PreparedStatement, sameKey } from './upsert-statement';

/** Fewer rows than this are upserted without comparing them first. */
const minComparedRows = 1000;

/** So many rows are compared to know whether comparing the others pays; it takes a millisecond. */
const sampleRows = 100;

/** How many stored rows of a range are read for each row that is compared: several sources may have the same instants. */
const storedForEach = 4;

/** The rows that would be new or replace a stored one, by their position; the others would change nothing. */
function statementFor(family: Family): PreparedStatement {
  const names = family.columns.map(({ name }) => name);
  const columns = [...names, 'ingestion_seq'].map((name) => `t.${name}`).join(', ');
  return {
    name: `changing_${family.name}`,
    // Materialized, so that whatever the statistics say each range is read once.
    text: `
WITH stored AS MATERIALIZED (
  SELECT r.member, t.* FROM ${storedInRanges(family, names.length + 4, columns)}
)
SELECT u.position::int
  FROM ${groupRows(family, names, true)}
  LEFT JOIN stored t ON t.member = u.member AND ${sameKey(family.key, 't', 'u')}
 WHERE t.member IS NULL OR ${groupSeq(names)} >= t.ingestion_seq AND ${differs(changingColumns(family), 't', 'u')}`,
  };
}

const statements = new Map(families.filter(isTimed).map((family) => [family, statementFor(family)]));

async function readChanging(
  client: PoolClient,
  statement: PreparedStatement,
  members: readonly MemberBatch[],
  parts: readonly MemberRows[],
): Promise<readonly MemberRows[]> {
  if (parts.length === 0) return parts;
  const { family } = (members[0] as MemberBatch).batch;
  const names = family.columns.map(({ name }) => name);
  const ranges = parts.flatMap(({ member, rows }) =>
    rangesOf(member, (members[member] as MemberBatch).batch, rows, (range): StoredRange => range),
  );
  const values = [
    ...groupParameters(members, parts, names),
    seqParameter(members),
    ...rangeParameters(family, ranges, ({ rows }) => storedForEach * rows),
  ];
  const found = await client.query<{ position: number }>({ ...statement, values });
  const isChanging = new Uint8Array(rowsOf(parts));
  for (const { position } of found.rows) isChanging[position - 1] = 1;
  let start = 0;
  return parts.flatMap(({ member, rows }) => {
    const first = start;
    start += rows.length;
    const changing = rows.filter((_, i) => isChanging[first + i] === 1);
    return changing.length === 0 ? [] : [{ member, rows: changing }];
  });
}

/**
 * Leaves out of an upsert what would change nothing: to compare takes half the time, and neither locks rows nor writes.
 * Most of what a phone sends is there already. What remains may still be unchanged: of a few rows, and where a first part
 * of them turns out to change, nothing more is compared.
 *
 * Order: under the users' advisory locks, which keep it true until the transaction ends.
 */
export async function leaveOutUnchanged(
  client: PoolClient,
  members: readonly MemberBatch[],
  parts: readonly MemberRows[],
): Promise<readonly MemberRows[]> {
  const statement = statements.get((members[0] as MemberBatch).batch.family);
  if (statement === undefined || rowsOf(parts) < minComparedRows) return parts;
  const [sample, others] = splitRows(parts, sampleRows);
  const ofSample = await readChanging(client, statement, members, sample);
  const isResend = rowsOf(ofSample) * 2 < rowsOf(sample);
  return [...ofSample, ...(isResend ? await readChanging(client, statement, members, others) : others)];
}
