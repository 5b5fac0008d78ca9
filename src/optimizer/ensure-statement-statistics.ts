import type { OwnerSession } from './owner-session';

/**
 * Creates pg_stat_statements where the owner may; the one thing that the optimizer makes without being told to, because
 * half of the evidence comes from there. Where it cannot, there is advice that says what is lacking.
 */
export async function ensureStatementStatistics({ query }: OwnerSession): Promise<void> {
  // Two processes may start at once: the loser is told that it is there, in one of several ways.
  await query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements').catch(() => undefined);
}
