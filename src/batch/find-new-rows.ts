import type { PoolClient } from 'pg';
import { families } from '../catalogue/families';
import type { Family } from '../catalogue/family';
import type { ColumnBatch, NumberColumn } from './column-batch';
import { encodeArray } from './encode-array';
import type { MemberBatch } from './member-batch';
import { roundingMs, withinBounds } from './time-bounds';

/** For each member of a group and each of its rows, 1 where nothing can be stored under the row's key. */
export type NewRows = readonly Uint8Array[];

/** The instants between which one member's samples of one metric lie, and the newest that is stored between them. */
interface Range {
  readonly member: number;
  readonly metricId: number;
  lowMs: number;
  highMs: number;
  newestMs: number;
}

/** Families whose rows are found by their time: those that have it in their key. */
const timed: ReadonlySet<Family> = new Set(families.filter(({ key }) => key.includes('recorded_at')));

function statementFor(family: Family): { name: string; text: string } {
  const isByMetric = family.key.includes('metric_id');
  const [array, column, join] = isByMetric
    ? [', $7::int2[]', ', metric_id', 'AND t.metric_id = r.metric_id']
    : ['', '', ''];
  return {
    name: `newest_${family.name}`,
    // The bounds of all ranges let the plan leave out other partitions before it looks at the first range.
    text: `
SELECT r.position::int, extract(epoch FROM newest.recorded_at)::float8 * 1000 AS newest_ms
  FROM unnest($2::int2[], $3::timestamptz[], $4::timestamptz[]${array})
       WITH ORDINALITY AS r(member, low, high${column}, position)
 CROSS JOIN LATERAL (
   SELECT t.recorded_at FROM ${family.table} t
    WHERE t.user_id = ($1::uuid[])[r.member] ${join}
      AND t.recorded_at BETWEEN r.low AND r.high AND ${withinBounds(5)}
    ORDER BY t.recorded_at DESC LIMIT 1) newest`,
  };
}

const statements = new Map([...timed].map((family) => [family, statementFor(family)]));

/** Groups the rows of a batch into ranges; `rangeOf` is told each row's. */
function rangesOf(member: number, batch: ColumnBatch, rangeOf: (row: number, range: Range) => void): Range[] {
  const instants = batch.numbers('recorded_at').values;
  const metricIds = batch.family.key.includes('metric_id') ? batch.numbers('metric_id').values : null;
  const ranges = new Map<number, Range>();
  let range: Range | undefined;
  for (let row = 0; row < batch.length; row++) {
    const metricId = metricIds === null ? 0 : (metricIds[row] as number);
    const atMs = instants[row] as number;
    if (range?.metricId !== metricId) {
      range = ranges.get(metricId) ?? {
        member,
        metricId,
        lowMs: atMs,
        highMs: atMs,
        newestMs: Number.NEGATIVE_INFINITY,
      };
      ranges.set(metricId, range);
    }
    if (atMs < range.lowMs) range.lowMs = atMs;
    if (atMs > range.highMs) range.highMs = atMs;
    rangeOf(row, range);
  }
  return [...ranges.values()];
}

async function readNewest(
  client: PoolClient,
  family: Family,
  members: readonly MemberBatch[],
  ranges: readonly Range[],
): Promise<void> {
  if (ranges.length === 0) return;
  const statement = statements.get(family);
  if (statement === undefined) throw new Error(`${family.name} has no time in its key`);
  const rows = Uint32Array.from(ranges, (_, i) => i);
  const array = (type: NumberColumn['type'], pick: (range: Range) => number): Buffer =>
    encodeArray([{ column: { kind: 'number', type, values: Float64Array.from(ranges, pick) }, rows }]);
  const values: unknown[] = [
    members.map(({ userId }) => userId),
    array('int2', ({ member }) => member + 1),
    array('timestamptz', ({ lowMs }) => lowMs),
    array('timestamptz', ({ highMs }) => highMs),
    (ranges.reduce((low, { lowMs }) => Math.min(low, lowMs), Number.POSITIVE_INFINITY) - roundingMs) / 1000,
    (ranges.reduce((high, { highMs }) => Math.max(high, highMs), Number.NEGATIVE_INFINITY) + roundingMs) / 1000,
  ];
  if (family.key.includes('metric_id')) values.push(array('int2', ({ metricId }) => metricId));
  const found = await client.query<{ position: number; newest_ms: number }>({ ...statement, values });
  for (const { position, newest_ms: newestMs } of found.rows) (ranges[position - 1] as Range).newestMs = newestMs;
}

/**
 * Finds the rows of a group that are new for sure: those after the newest instant that is stored between the first and
 * the last of the member's samples of that metric. Null for a family whose key has no time in it.
 *
 * Order: under the users' advisory locks, which keep it true until the transaction ends.
 */
export async function findNewRows(client: PoolClient, members: readonly MemberBatch[]): Promise<NewRows | null> {
  const { family } = (members[0] as MemberBatch).batch;
  if (!timed.has(family)) return null;
  const rangeOfRow = members.map(({ batch }) => new Array<Range>(batch.length));
  const ranges = members.flatMap(({ batch }, member) =>
    rangesOf(member, batch, (row, range) => {
      (rangeOfRow[member] as Range[])[row] = range;
    }),
  );
  await readNewest(client, family, members, ranges);
  return members.map(({ batch }, member) => {
    const instants = batch.numbers('recorded_at').values;
    const isNew = new Uint8Array(batch.length);
    for (let row = 0; row < batch.length; row++) {
      const { newestMs } = (rangeOfRow[member] as Range[])[row] as Range;
      if ((instants[row] as number) > newestMs + roundingMs) isNew[row] = 1;
    }
    return isNew;
  });
}
