import type { ColumnBatch } from './column-batch';

/** The rows of one family that one ingestion brings; a group is written in one go, at most one member a user. */
export interface MemberBatch {
  readonly userId: string;
  /** The ingestion's place in the order of all: a stored row of a later one is not replaced. */
  readonly ingestionSeq: string;
  readonly batch: ColumnBatch;
}

/** Some rows of one member of a group. */
export interface MemberRows {
  /** Index into the group. */
  readonly member: number;
  /** Indexes into the member's batch, in the order in which they are written. */
  readonly rows: Uint32Array;
}

/** How many rows there are in all parts. */
export function rowsOf(parts: readonly MemberRows[]): number {
  return parts.reduce((sum, { rows }) => sum + rows.length, 0);
}

/** Splits rows into the first `count` and the others, in their order. */
export function splitRows(parts: readonly MemberRows[], count: number): [first: MemberRows[], others: MemberRows[]] {
  const first: MemberRows[] = [];
  const others: MemberRows[] = [];
  let room = count;
  for (const { member, rows } of parts) {
    if (room > 0 && rows.length > 0) first.push({ member, rows: rows.subarray(0, room) });
    if (rows.length > room) others.push({ member, rows: rows.subarray(room) });
    room = Math.max(0, room - rows.length);
  }
  return [first, others];
}

/** Cuts rows into runs of at most `chunkRows`, each of one or more members, in the order given. */
export function cutIntoChunks(parts: readonly MemberRows[], chunkRows: number): MemberRows[][] {
  const chunks: MemberRows[][] = [];
  for (let rest = parts; rowsOf(rest) > 0; ) {
    const [chunk, others] = splitRows(rest, chunkRows);
    chunks.push(chunk);
    rest = others;
  }
  return chunks;
}
