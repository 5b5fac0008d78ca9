import type { PoolClient } from 'pg';
import type { Family, FamilyColumn } from '../catalogue/family';
import { type BatchColumn, ColumnBatch } from './column-batch';
import type { MemberBatch } from './member-batch';

/** What tells a thing from others. */
export interface Thing {
  readonly id: string;
  readonly source: string;
  readonly startMs: number;
  readonly endMs: number | null;
}

/** A thing that is stored, with the points of its route, series or curve. */
interface StoredThing extends Thing {
  readonly points: number;
}

/** How the things of a family are told from each other where one side does not say all that it is known by. */
export interface ThingIdentity {
  /** The columns that count the points of a thing. */
  readonly pointColumns: readonly string[];
  /** Whether a thing without an id has to end with the other one too. */
  readonly endCounts: boolean;
  /** Whether a thing came from a history and the app has not sent it. */
  isArchived(thing: Thing): boolean;
}

/** A column as it is written to a batch again. */
function readColumn({ name, type }: FamilyColumn): string {
  if (type === 'timestamptz') return `extract(epoch FROM ${name})::float8 * 1000 AS ${name}`;
  return type === 'jsonb' ? `${name}::text AS ${name}` : name;
}

function pointsOf(batch: ColumnBatch, row: number, { pointColumns }: ThingIdentity): number {
  return pointColumns.reduce((sum, name) => sum + (batch.numbers(name).values[row] as number), 0);
}

async function readStored(client: PoolClient, { userId, batch }: MemberBatch, identity: ThingIdentity) {
  const starts = [...batch.numbers('started_at').values.subarray(0, batch.length)];
  const points = identity.pointColumns.join(' + ');
  const { rows } = await client.query<StoredThing>(
    `SELECT id, source, extract(epoch FROM started_at)::float8 * 1000 AS "startMs",
            extract(epoch FROM ended_at)::float8 * 1000 AS "endMs", ${points} AS points
       FROM ${batch.family.table} WHERE user_id = $1 AND started_at = ANY ($2::timestamptz[]) ORDER BY id`,
    [userId, [...new Set(starts)].map((ms) => new Date(ms).toISOString())],
  );
  const byStart = new Map<number, StoredThing[]>();
  for (const thing of rows) byStart.set(thing.startMs, [...(byStart.get(thing.startMs) ?? []), thing]);
  return byStart;
}

/** A column with the cells of some rows replaced. */
function withCells(column: BatchColumn, length: number, cells: ReadonlyMap<number, unknown>): BatchColumn['values'] {
  const values = column.kind === 'number' ? column.values.slice(0, length) : [...column.values];
  for (const [row, cell] of cells) {
    values[row] = (column.kind === 'number' ? (cell === null ? Number.NaN : Number(cell)) : cell) as never;
  }
  return values;
}

async function takeOver(
  client: PoolClient,
  { userId, batch }: MemberBatch,
  storedIds: ReadonlyMap<number, string>,
): Promise<ColumnBatch> {
  const { columns, table }: Family = batch.family;
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT ${columns.map(readColumn).join(', ')} FROM ${table} WHERE user_id = $1 AND id = ANY ($2::uuid[])`,
    [userId, [...storedIds.values()]],
  );
  const byId = new Map(rows.map((row) => [row['id'] as string, row]));
  let result = batch;
  for (const { name } of columns) {
    const cells = new Map([...storedIds].map(([row, id]) => [row, byId.get(id)?.[name] ?? null]));
    result = result.withColumn(name, withCells(batch.column(name), batch.length, cells));
  }
  return result;
}

function thingAt(batch: ColumnBatch, row: number): Thing {
  const endMs = batch.numbers('ended_at').values[row] as number;
  return {
    id: batch.objects('id').values[row] as string,
    source: batch.objects('source').values[row] as string,
    startMs: batch.numbers('started_at').values[row] as number,
    endMs: Number.isNaN(endMs) ? null : endMs,
  };
}

function isSame(a: Thing, b: Thing, { endCounts }: ThingIdentity): boolean {
  const isOfSource = a.source === b.source || a.source === '' || b.source === '';
  return isOfSource && (!endCounts || a.endMs === b.endMs);
}

/**
 * A history's things have no ids, and may be stored already, sent by the app: then the row becomes what is stored, so
 * that it is unchanged. The same for a thing that is stored with more points than this one has.
 *
 * Order: to be called under the user's advisory lock. The batch given is left as it is.
 */
export async function matchArchivedThings(
  client: PoolClient,
  member: MemberBatch,
  identity: ThingIdentity,
): Promise<ColumnBatch> {
  const { batch } = member;
  const stored = await readStored(client, member, identity);
  const storedIds = new Map<number, string>();
  for (let row = 0; row < batch.length; row++) {
    const thing = thingAt(batch, row);
    const points = pointsOf(batch, row, identity);
    const twin = stored.get(thing.startMs)?.find((other) => {
      if (other.id === thing.id) return other.points > points;
      return !identity.isArchived(other) && isSame(thing, other, identity);
    });
    if (twin !== undefined) storedIds.set(row, twin.id);
  }
  return storedIds.size === 0 ? batch : await takeOver(client, member, storedIds);
}

/**
 * A thing that the app sends may be stored already from a history: then the stored one is given its id, so that it is the
 * same.
 *
 * Order: to be called under the user's advisory lock, before the batch is written.
 */
export async function adoptArchivedThings(
  client: PoolClient,
  member: MemberBatch,
  identity: ThingIdentity,
): Promise<void> {
  const { batch, userId } = member;
  const { table } = batch.family;
  const stored = await readStored(client, member, identity);
  for (let row = 0; row < batch.length; row++) {
    const thing = thingAt(batch, row);
    const others = stored.get(thing.startMs) ?? [];
    if (others.length === 0 || identity.isArchived(thing)) continue;
    const archived = others.filter(
      (other) => other.id !== thing.id && identity.isArchived(other) && isSame(thing, other, identity),
    );
    const [first] = archived;
    if (first === undefined) continue;
    const isKnown = others.some((other) => other.id === thing.id);
    // Of several only one can be given the id; what they say is about to be replaced by what is sent.
    const left = archived.slice(isKnown ? 0 : 1).map(({ id }) => id);
    const ofUser = 'WHERE user_id = $1 AND id';
    if (!isKnown) await client.query(`UPDATE ${table} SET id = $3 ${ofUser} = $2`, [userId, first.id, thing.id]);
    if (left.length > 0) await client.query(`DELETE FROM ${table} ${ofUser} = ANY ($2::uuid[])`, [userId, left]);
    stored.set(thing.startMs, others.filter((other) => !archived.includes(other)).concat({ ...first, id: thing.id }));
  }
}
