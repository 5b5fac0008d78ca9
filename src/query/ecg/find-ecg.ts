import { decodeColumnBlock } from '../../catalogue/column-block';
import type { JsonObject } from '../../catalogue/json';
import type { Transaction } from '../../database/database.service';
import { notFound } from '../request/thing-id.pipe';
import { type EcgColumns, type EcgSummary, summaryColumns, toSummary } from './ecg-table';
import { toVoltages, type Voltages } from './voltages';

/** A whole electrocardiogram. */
export interface EcgAnswer extends EcgSummary {
  /** Whatever else the phone sent. */
  readonly details: JsonObject;
  /** Null when it came without voltages. */
  readonly voltages: Voltages | null;
}

interface EcgRow extends EcgColumns {
  readonly started_at: Date;
  readonly details: JsonObject;
  readonly voltages: Buffer | null;
}

const findEcgSql = `
SELECT id, started_at, ${summaryColumns.join(', ')}, details, voltages
  FROM ecg_recordings
 WHERE user_id = $1 AND id = $2`;

/** One electrocardiogram of a user, in one statement. Errors: rejects with Problem 404 `not_found`. */
export async function findEcg(tx: Transaction, userId: string, id: string): Promise<EcgAnswer> {
  const [row] = await tx.query<EcgRow>(findEcgSql, [userId, id]);
  if (row === undefined) throw notFound();
  const { started_at: startedAt, details, voltages } = row;
  return {
    ...toSummary(startedAt.toISOString(), row),
    details,
    voltages: voltages === null ? null : toVoltages(decodeColumnBlock(voltages), startedAt.getTime()),
  };
}
