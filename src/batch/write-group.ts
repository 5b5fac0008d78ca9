import type { PoolClient } from 'pg';
import { loopTurns } from '../common/loop-turns';
import { appendRows } from './append-rows';
import { lineOf } from './encode-group';
import type { NewRows } from './find-new-rows';
import { leaveOutUnchanged } from './leave-out-unchanged';
import { cutIntoChunks, type MemberBatch, type MemberRows, rowsOf } from './member-batch';
import { type OrderedRows, orderRows } from './order-rows';
import { upsertRows } from './upsert-rows';
import { type CountsByLine, countsOf, type WriteCounts } from './write-counts';
import { writeRepeated } from './write-repeated';

/** How a group is written. */
export interface WriteOptions {
  /** Most rows a statement. */
  readonly chunkRows: number;
  /** Rows that are known to be new; null when nothing is known. */
  readonly newRows: NewRows | null;
  /** Told of every chunk that was upserted. */
  readonly onChunk?: (rows: number, elapsedMs: number) => void;
}

/** Fewer new rows than this are not worth a statement of their own: they go with the others. */
const minAppendedRows = 200;

/** A group's rows by the way they are written, each sorted by user and key. */
interface Ways {
  readonly appended: readonly MemberRows[];
  readonly upserted: readonly MemberRows[];
}

function chooseWays(order: readonly number[], ordered: readonly OrderedRows[], newRows: NewRows | null): Ways {
  const all = order.map((member) => ({ member, rows: (ordered[member] as OrderedRows).first }));
  if (newRows === null) return { appended: [], upserted: all };
  const appended: MemberRows[] = [];
  const upserted: MemberRows[] = [];
  for (const { member, rows } of all) {
    const isNew = newRows[member] as Uint8Array;
    if (!isNew.includes(1)) {
      upserted.push({ member, rows });
      continue;
    }
    // A key that comes again is compared with what was written first: that is the upsert's work.
    const repeated = new Set((ordered[member] as OrderedRows).repeated.map((same) => same[0]));
    const canAppend = (row: number): boolean => isNew[row] === 1 && !repeated.has(row);
    appended.push({ member, rows: rows.filter(canAppend) });
    upserted.push({ member, rows: rows.filter((row) => !canAppend(row)) });
  }
  const isWorthwhile = rowsOf(appended) >= minAppendedRows;
  return isWorthwhile ? { appended, upserted } : { appended: [], upserted: all };
}

/** Writes a family's batches of one group, and keeps count. */
class GroupWrite {
  readonly counts: readonly CountsByLine[];
  private readonly memberByUser: ReadonlyMap<string, number>;

  constructor(
    private readonly client: PoolClient,
    private readonly members: readonly MemberBatch[],
    private readonly options: WriteOptions,
  ) {
    this.counts = members.map(() => new Map());
    this.memberByUser = new Map(members.map(({ userId }, member) => [userId, member]));
  }

  async run(): Promise<void> {
    const { client, members, options } = this;
    const order = [...this.memberByUser.keys()].sort().map((userId) => this.memberByUser.get(userId) as number);
    const ordered = members.map(({ batch }) => orderRows(batch));
    const { appended, upserted } = chooseWays(order, ordered, options.newRows);
    for (const chunk of cutIntoChunks(appended, options.chunkRows)) {
      // Some 2 ms to encode it.
      await loopTurns.breathe();
      await this.append(chunk);
    }
    for (const chunk of cutIntoChunks(upserted, options.chunkRows)) {
      await loopTurns.breathe();
      await this.upsert(chunk);
    }
    for (const member of order) {
      const { repeated } = ordered[member] as OrderedRows;
      const counts = this.counts[member] as CountsByLine;
      for (let start = 0; start < repeated.length; start += options.chunkRows) {
        const chunk = repeated.slice(start, start + options.chunkRows);
        await writeRepeated(client, members[member] as MemberBatch, chunk, counts);
      }
    }
  }

  private async append(chunk: readonly MemberRows[]): Promise<void> {
    await appendRows(this.client, this.members, chunk);
    this.count(chunk, 'stored');
  }

  private async upsert(chunk: readonly MemberRows[]): Promise<void> {
    const { client, members, options } = this;
    this.count(chunk, 'unchanged');
    // Where nothing is known of the rows, neither is it of what somebody wrote past the locks.
    const changing = options.newRows === null ? chunk : await leaveOutUnchanged(client, members, chunk);
    if (changing.length === 0) return;
    const startMs = performance.now();
    const written = await upsertRows(client, members, changing);
    if (rowsOf(changing) === rowsOf(chunk)) options.onChunk?.(rowsOf(chunk), performance.now() - startMs);
    for (const { user_id: userId, line, stored, updated } of written) {
      const member = this.memberByUser.get(userId) as number;
      const entry = countsOf(this.counts[member] as CountsByLine, line);
      entry.stored += stored;
      entry.updated += updated;
      entry.unchanged -= stored + updated;
    }
  }

  private count(chunk: readonly MemberRows[], as: keyof WriteCounts): void {
    for (const { member, rows } of chunk) {
      const { batch } = this.members[member] as MemberBatch;
      const counts = this.counts[member] as CountsByLine;
      if (batch.family.accountBy === undefined) countsOf(counts, null)[as] += rows.length;
      else for (let i = 0; i < rows.length; i++) countsOf(counts, lineOf(batch, rows[i] as number))[as]++;
    }
  }
}

/**
 * Writes one family's batches of a group inside the caller's transaction and says for each member what became of every
 * row.
 *
 * Order: the caller holds the advisory locks of all users, which makes the counts exact, and takes families in the
 * order of `families`; rows are sorted by user and key, so two writers cannot deadlock. Keys that a payload repeats
 * count as if sent one after another, last wins.
 * Errors: rejects as the database does; the transaction is then to be rolled back as a whole. With 23505 a row of
 * `newRows` was there after all.
 */
export async function writeGroup(
  client: PoolClient,
  members: readonly MemberBatch[],
  options: WriteOptions,
): Promise<readonly CountsByLine[]> {
  const write = new GroupWrite(client, members, options);
  await write.run();
  return write.counts;
}
