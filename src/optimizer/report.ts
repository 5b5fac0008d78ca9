import type { Advice, Severity } from './advice';
import type { Evidence, StatementFacts } from './evidence/evidence';
import { statementText } from './figures-text';
import { rules } from './rules';

/** Statements that a report shows, whether there is advice about them or not. */
const shownStatements = 10;

const ranks: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

/** What was found at one moment. */
export interface Report {
  readonly collectedAt: Date;
  /** Most severe first, then by kind and id. */
  readonly advice: readonly Advice[];
  /** The statements that took most time, most first. */
  readonly topStatements: readonly Omit<StatementFacts, 'totalMs'>[];
  /** Parts of the evidence that could not be read, each with its SQLSTATE. */
  readonly unreadable: readonly string[];
}

/** Has every rule judge the evidence. */
export function makeReport(evidence: Evidence): Report {
  const advice = rules
    .flatMap((rule) => rule.find(evidence))
    .sort((a, b) => ranks[a.severity] - ranks[b.severity] || (a.id < b.id ? -1 : 1));
  const topStatements = (evidence.statements?.statements ?? [])
    .slice(0, shownStatements)
    .map(({ totalMs: _, ...statement }) => ({ ...statement, text: statementText(statement.text) }));
  return { collectedAt: evidence.collectedAt, advice, topStatements, unreadable: evidence.unreadable };
}
