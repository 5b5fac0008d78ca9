import type { Advice } from '../advice';
import { explainStatement } from '../evidence/explain-statement';
import { readStatements } from '../evidence/read-statements';
import { type ReadingSession, withReadingSession } from '../evidence/reading-session';

/** One figure at one moment. */
export interface Figure {
  readonly figure: string;
  readonly unit: string;
  readonly value: number;
}

/** The statement of an advice, as counted so far. */
export interface StatementCount {
  readonly calls: number;
  readonly totalMs: number;
}

/** What was measured at one moment. */
export interface Measured {
  readonly figures: readonly Figure[];
  readonly statement: StatementCount | null;
}

const nothing = { figures: [], statement: null };

async function measureStatement(session: ReadingSession, statementId: string): Promise<Measured> {
  const { statements } = await readStatements(session);
  const found = statements.find(({ id }) => id === statementId);
  if (found === undefined) return nothing;
  const [server] = await session.query<{ version: number }>(
    `SELECT current_setting('server_version_num')::int AS version`,
  );
  const plan = await explainStatement(session, found.text, server?.version ?? 0);
  const cost = plan === null ? [] : [{ figure: 'cost of its plan', unit: '', value: plan['Total Cost'] }];
  return { figures: cost, statement: { calls: found.calls, totalMs: found.totalMs } };
}

/** Takes the figures that an advice is to be judged by, as they are now. What cannot be read is left out. */
export function measureAdvice(ownerUrl: string, { measures, statementId }: Advice): Promise<Measured> {
  return withReadingSession(ownerUrl, (inTransaction) =>
    inTransaction(async (session) => {
      const figures: Figure[] = [];
      for (const { figure, unit, sql } of measures) {
        const rows = await session.attempt(() => session.query<Record<string, unknown>>(sql));
        const value = Number(Object.values(rows?.[0] ?? {})[0]);
        if (!Number.isNaN(value)) figures.push({ figure, unit, value });
      }
      const ofStatement = statementId === null ? nothing : await measureStatement(session, statementId);
      return { figures: [...figures, ...ofStatement.figures], statement: ofStatement.statement };
    }),
  );
}

/** The mean time of a statement between two counts, in ms; null when it was not called. */
export function meanBetween(from: StatementCount | null, to: StatementCount | null): number | null {
  const calls = (to?.calls ?? 0) - (from?.calls ?? 0);
  return calls > 0 ? ((to?.totalMs ?? 0) - (from?.totalMs ?? 0)) / calls : null;
}
