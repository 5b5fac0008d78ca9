import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../common/problem';
import type { Advice } from '../advice';
import { type OwnerSession, withOwnerSession } from '../owner-session';
import {
  type AppliedAdvice,
  type ComparedFigure,
  isBookkeepingThere,
  listApplied,
  noteApplied,
  noteMeasured,
  noteUndone,
} from './applied-advice';
import { type Measured, meanBetween, measureAdvice } from './measure-advice';

/** Figures of a benchmark, by name. */
export type BenchmarkFigures = Readonly<Record<string, number>>;

/** How applying is measured beside the advice's own figures. */
export interface ApplyOptions {
  /** The statement that it is about is watched for this long afterwards. */
  readonly watchMs: number;
  /** Runs a benchmark by its name; null when it cannot be run. */
  readonly runBenchmark: (name: string) => Promise<BenchmarkFigures | null>;
  /** Told each step, for people. */
  readonly progress: (line: string) => void;
}

/** The statements that `--apply` would run. Errors: throws Problem 409 `advice_not_automatic` when only a person can. */
export function statementsOf({ apply, isAutomatic }: Advice): readonly string[] {
  if (isAutomatic && 'sql' in apply) return apply.sql;
  const what =
    'sql' in apply
      ? `run ${apply.sql.join('; ')}`
      : 'note' in apply
        ? apply.note
        : `set ${apply.setting}=${apply.value} and restart the service`;
  throw new Problem(409, 'advice_not_automatic', `Only a person can decide on this: ${what}`);
}

async function requireBookkeeping(session: OwnerSession): Promise<void> {
  if (await isBookkeepingThere(session)) return;
  throw new Problem(409, 'not_migrated', 'The schema is not up to date: npm run cli -- migrate');
}

async function runAll(session: OwnerSession, statements: readonly string[], progress: (line: string) => void) {
  for (const statement of statements) {
    progress(statement);
    await session.query(statement);
  }
}

function compareFigures(before: Measured, after: Measured): ComparedFigure[] {
  return before.figures.map(({ figure, unit, value }) => ({
    figure,
    unit,
    before: value,
    after: after.figures.find((other) => other.figure === figure)?.value ?? null,
  }));
}

function compareBenchmarks(before: BenchmarkFigures | null, after: BenchmarkFigures | null): ComparedFigure[] {
  return Object.entries(before ?? {}).map(([figure, value]) => ({
    figure,
    unit: '',
    before: value,
    after: after?.[figure] ?? null,
  }));
}

/**
 * Applies advice: measures, runs its statements, notes that in the database, and measures again.
 *
 * Errors: throws Problem 409 `advice_not_automatic`; rejects with 409 `not_migrated`, or as a statement does: what had
 * been run before it is then taken back as far as that goes.
 */
export function applyAdvice(ownerUrl: string, advice: Advice, options: ApplyOptions): Promise<ComparedFigure[]> {
  const { watchMs, runBenchmark, progress } = options;
  const statements = statementsOf(advice);
  const undoSql = advice.undo !== null && 'sql' in advice.undo ? advice.undo.sql : null;
  const measure = (): Promise<Measured> => measureAdvice(ownerUrl, advice);
  const bench = async () => (advice.benchmark === null ? null : await runBenchmark(advice.benchmark));
  return withOwnerSession(ownerUrl, async (session) => {
    await requireBookkeeping(session);
    const benchBefore = await bench();
    const before = await measure();
    try {
      await runAll(session, statements, progress);
    } catch (error) {
      // An index that could not be built is left behind invalid.
      for (const statement of undoSql ?? []) {
        await session.query(statement).catch(() => progress(`Could not be taken back; run it later: ${statement};`));
      }
      throw error;
    }
    const id = await noteApplied(session, {
      adviceId: advice.id,
      title: advice.title,
      appliedSql: statements,
      undoSql,
    });
    const justAfter = await measure();
    if (advice.statementId !== null && watchMs > 0) {
      progress(`Watching the statement for ${watchMs / 1000} s …`);
      await delay(watchMs);
    }
    const after = await measure();
    const mean = {
      figure: 'mean time of the statement',
      unit: 'ms',
      before: meanBetween(null, before.statement),
      after: meanBetween(justAfter.statement, after.statement),
    };
    const figures = [
      ...compareFigures(before, after),
      ...(advice.statementId === null ? [] : [mean]),
      ...compareBenchmarks(benchBefore, await bench()),
    ];
    await noteMeasured(session, id, figures);
    return figures;
  });
}

/**
 * Takes back what was applied last under this id.
 *
 * Errors: rejects with Problem 404 `not_applied`, 409 `not_undoable` or `not_migrated`, or as a statement does.
 */
export function undoAdvice(
  ownerUrl: string,
  adviceId: string,
  progress: (line: string) => void,
): Promise<AppliedAdvice> {
  return withOwnerSession(ownerUrl, async (session) => {
    await requireBookkeeping(session);
    const applied = (await listApplied(session)).find((other) => other.adviceId === adviceId);
    if (applied === undefined) throw new Problem(404, 'not_applied', `${adviceId} was not applied.`);
    if (applied.undoSql === null) throw new Problem(409, 'not_undoable', 'There is nothing to take back.');
    await runAll(session, applied.undoSql, progress);
    await noteUndone(session, applied.id);
    return applied;
  });
}
