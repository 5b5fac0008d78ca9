import type { PoolClient } from 'pg';
import { families } from '../catalogue/families';
import { groupParameters, seqParameter } from './encode-group';
import type { MemberBatch, MemberRows } from './member-batch';
import { upsertStatement } from './upsert-statement';

/** How many rows of one user and account line were new, and how many replaced one. */
export interface UpsertedLine {
  readonly user_id: string;
  readonly line: string | number | null;
  readonly stored: number;
  readonly updated: number;
}

/** The statement of each family, composed once. */
const statements = new Map(families.map((family) => [family, upsertStatement(family)]));

/** Upserts rows of a group in one statement; rows that changed nothing are not told of. */
export async function upsertRows(
  client: PoolClient,
  members: readonly MemberBatch[],
  parts: readonly MemberRows[],
): Promise<UpsertedLine[]> {
  const { family } = (members[0] as MemberBatch).batch;
  const statement = statements.get(family);
  if (statement === undefined) throw new Error(`${family.name} is not one of the families`);
  const names = family.columns.map(({ name }) => name);
  const values = [...groupParameters(members, parts, names), seqParameter(members)];
  return (await client.query<UpsertedLine>({ ...statement, values })).rows;
}
