import type { PlanNode } from './plan-node';
import type { ReadingSession } from './reading-session';

/** From here on EXPLAIN plans a statement without its values. */
const genericPlanVersion = 160_000;

interface Explained {
  'QUERY PLAN': readonly { Plan: PlanNode }[];
}

/**
 * The plan of a statement as pg_stat_statements wrote it, for any values; null where there is none (a text that was cut,
 * a `$1` where no parameter may stand). It is planned and not run.
 */
export async function explainStatement(
  { query, explain, attempt }: ReadingSession,
  text: string,
  serverVersion: number,
): Promise<PlanNode | null> {
  const plan = await attempt(async () => {
    // ORDER: it is prepared first, which takes one statement only; EXPLAIN with open parameters would take several.
    await query(`PREPARE advisor_plan AS ${text}`);
    const [prepared] = await query<{ parameters: number }>(
      `SELECT cardinality(parameter_types) AS parameters FROM pg_prepared_statements WHERE name = 'advisor_plan'`,
    );
    const values = Array.from({ length: prepared?.parameters ?? 0 }, () => 'NULL').join(', ');
    const options = 'VERBOSE, FORMAT JSON';
    if (serverVersion < genericPlanVersion) await query(`SET LOCAL plan_cache_mode = force_generic_plan`);
    const [row] =
      serverVersion < genericPlanVersion
        ? await query<Explained>(`EXPLAIN (${options}) EXECUTE advisor_plan${values === '' ? '' : ` (${values})`}`)
        : await explain<Explained>(`EXPLAIN (GENERIC_PLAN, ${options}) ${text}`);
    return row?.['QUERY PLAN'][0]?.Plan ?? null;
  });
  // It outlives the savepoint that its statement was planned in, if it came to be.
  await attempt(() => query('DEALLOCATE advisor_plan'));
  return plan;
}
