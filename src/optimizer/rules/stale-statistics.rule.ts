import { advise } from '../advice';
import type { TableFacts } from '../evidence/evidence';
import { literal, numberText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** Whether most rows changed since the planner last looked, and autovacuum does not come or has had an hour to. */
function isStale(table: TableFacts, isAutovacuumOn: boolean): boolean {
  const { staleRows, staleShare, staleGraceS } = thresholds;
  const { liveRows, changedSinceAnalyze, analyzedAgoS, isAutovacuumed } = table;
  const hasHadTime = analyzedAgoS !== null && analyzedAgoS >= staleGraceS.value;
  return (
    liveRows >= staleRows.value &&
    changedSinceAnalyze >= liveRows * staleShare.value &&
    (hasHadTime || !isAutovacuumed || !isAutovacuumOn)
  );
}

/** Tables that the planner has an old picture of. */
export const staleStatisticsRule: Rule = {
  kind: 'stale_statistics',
  find({ tables, server }) {
    const isAutovacuumOn = server?.settings.get('autovacuum') !== 'off';
    return tables
      .filter((table) => isStale(table, isAutovacuumOn))
      .map(({ name, liveRows, changedSinceAnalyze, analyzedAgoS }) =>
        advise({
          kind: 'stale_statistics',
          subject: name,
          severity: 'warning',
          title: `The planner has an old picture of ${name}`,
          seen: [
            `${numberText(changedSinceAnalyze)} of ${numberText(liveRows)} rows changed since it was analyzed.`,
            analyzedAgoS === null ? 'It never was.' : `That was ${numberText(analyzedAgoS / 3600)} hours ago.`,
          ],
          likelyGain: 'Plans for the rows that there are.',
          cost: 'Reading a sample of the table.',
          apply: { sql: [`ANALYZE ${name}`] },
          undo: null,
          isAutomatic: true,
          measures: [
            {
              figure: 'rows changed since analyze',
              unit: 'rows',
              sql: `SELECT n_mod_since_analyze::float8 FROM pg_stat_all_tables WHERE relid = ${literal(name)}::regclass`,
            },
          ],
        }),
      );
  },
};
