import { uuidV7 } from '../../common/uuid';
import type { OwnerSession } from '../owner-session';

/** A figure before and after; null where it could not be had. */
export interface ComparedFigure {
  readonly figure: string;
  readonly unit: string;
  readonly before: number | null;
  readonly after: number | null;
}

/** Advice that was applied, as `applied_advice` keeps it. */
export interface AppliedAdvice {
  readonly id: string;
  readonly adviceId: string;
  readonly title: string;
  readonly appliedAt: Date;
  readonly appliedSql: readonly string[];
  /** Null when there is nothing to take back. */
  readonly undoSql: readonly string[] | null;
}

/** Whether the schema has the table that what is applied is noted in: a database that was never migrated lacks it. */
export async function isBookkeepingThere({ query }: OwnerSession): Promise<boolean> {
  const [row] = await query<{ there: boolean }>(`SELECT to_regclass('applied_advice') IS NOT NULL AS there`);
  return row?.there === true;
}

/** Notes that these statements were run. ORDER: right after the last of them, before anything is measured. */
export async function noteApplied(
  { query }: OwnerSession,
  applied: Pick<AppliedAdvice, 'adviceId' | 'title' | 'appliedSql' | 'undoSql'>,
): Promise<string> {
  const id = uuidV7(Date.now());
  await query('INSERT INTO applied_advice (id, advice_id, title, applied_sql, undo_sql) VALUES ($1, $2, $3, $4, $5)', [
    id,
    applied.adviceId,
    applied.title,
    applied.appliedSql,
    applied.undoSql,
  ]);
  return id;
}

/** Keeps what was measured before and after. */
export async function noteMeasured(
  { query }: OwnerSession,
  id: string,
  figures: readonly ComparedFigure[],
): Promise<void> {
  await query('UPDATE applied_advice SET measured = $2 WHERE id = $1', [id, JSON.stringify(figures)]);
}

/** Notes that it was taken back. */
export async function noteUndone({ query }: OwnerSession, id: string): Promise<void> {
  await query('UPDATE applied_advice SET undone_at = now() WHERE id = $1', [id]);
}

/** What was applied and not taken back, newest first. */
export function listApplied({ query }: OwnerSession): Promise<AppliedAdvice[]> {
  return query<AppliedAdvice>(
    `SELECT id, advice_id AS "adviceId", title, applied_at AS "appliedAt", applied_sql AS "appliedSql",
            undo_sql AS "undoSql"
       FROM applied_advice WHERE undone_at IS NULL ORDER BY applied_at DESC, id DESC`,
  );
}
