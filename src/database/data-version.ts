import type { QueryResultRow } from 'pg';
import type { NamedStatement } from './commit-with';
import type { Transaction } from './database.service';

/**
 * How often what a user has was changed, as decimal numbers. Both are raised in the transaction of the change, so that
 * what is read under a version that was read before is never older than it.
 */
export interface DataVersion {
  /** Raised by every change. */
  readonly data: string;
  /** Raised by changes that may touch something before {@link historyEdgeMs}, or how all of it is read. */
  readonly history: string;
}

/** The version of one user's data. */
export interface UserDataVersion extends DataVersion {
  readonly userId: string;
}

const hourMs = 3_600_000;

/**
 * How far back a change may reach and still leave the history as it is. A phone sends the running day and the one before
 * it again; offsets from UTC make a local day begin up to 16 h away from UTC's.
 */
const historyAgeMs = 48 * hourMs;

/** Local days lie up to this far from UTC's. */
const maxOffsetMs = 16 * hourMs;

/** Room for clocks that differ and for the end of a transaction that takes long. */
const slackMs = hourMs;

/** What happened at or after this instant, in ms, may change without a new version of the history. */
export function historyEdgeMs(nowMs: number): number {
  return nowMs - historyAgeMs + slackMs;
}

/** Whether answers about nothing later than the wall-clock reading `toMs` (as if it were UTC) are about history alone. */
export function isHistory(toMs: number, nowMs: number): boolean {
  return toMs + maxOffsetMs <= nowMs - historyAgeMs;
}

interface VersionRow extends Record<string, unknown> {
  readonly id: string;
  readonly data: string;
  readonly history: string;
}

function toVersion({ id, data, history }: VersionRow): UserDataVersion {
  return { userId: id, data, history };
}

const columns = 'u.id, u.data_version::text AS data, u.history_version::text AS history';

const bumpSql = `
UPDATE users u SET data_version = data_version + 1, history_version = history_version + bump.history
  FROM unnest($1::uuid[], $2::int[]) AS bump(id, history) WHERE u.id = bump.id RETURNING ${columns}`;

/**
 * Raises the versions of these users, the history's of those in `ofHistory` too. Its rows are for
 * {@link readBumpedVersions}. To be the last of a transaction: until its end the users' rows are locked.
 */
export function bumpStatement(userIds: readonly string[], ofHistory: ReadonlySet<string>): NamedStatement {
  const values = [userIds, userIds.map((userId) => Number(ofHistory.has(userId)))];
  return { name: 'bump_data_versions', text: bumpSql, values };
}

/** The new versions, which are true once the transaction is committed. */
export function readBumpedVersions(rows: readonly QueryResultRow[]): readonly UserDataVersion[] {
  return (rows as readonly VersionRow[]).map(toVersion);
}

/** Does what {@link bumpStatement} says, and gives the new versions. */
export async function bumpDataVersions(
  tx: Transaction,
  userIds: readonly string[],
  ofHistory: ReadonlySet<string>,
): Promise<readonly UserDataVersion[]> {
  if (userIds.length === 0) return [];
  const { text, values, name } = bumpStatement(userIds, ofHistory);
  return readBumpedVersions(await tx.query(text, values, name));
}

/** The versions of these users' data as the transaction sees them, in any order; who is gone has none. */
export async function readDataVersions(
  tx: Transaction,
  userIds: readonly string[],
): Promise<readonly UserDataVersion[]> {
  const sql = `SELECT ${columns} FROM users u WHERE u.id = ANY ($1::uuid[])`;
  return (await tx.query<VersionRow>(sql, [userIds])).map(toVersion);
}
