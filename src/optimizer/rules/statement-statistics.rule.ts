import { advise } from '../advice';
import type { Rule } from '../rule';

const remedies = {
  not_created: {
    seen: 'The extension pg_stat_statements is not in this database, and the service may not create it.',
    apply: { sql: ['CREATE EXTENSION IF NOT EXISTS pg_stat_statements'] },
    undo: { sql: ['DROP EXTENSION pg_stat_statements'] },
  },
  not_loaded: {
    seen: 'The extension pg_stat_statements is here, and the server did not load it at its start.',
    apply: { note: 'Add pg_stat_statements to shared_preload_libraries in postgresql.conf and restart PostgreSQL.' },
    undo: null,
  },
  not_allowed: {
    seen: 'The database user may not see the statements of others.',
    apply: { sql: ['GRANT pg_read_all_stats TO CURRENT_USER'] },
    undo: { sql: ['REVOKE pg_read_all_stats FROM CURRENT_USER'] },
  },
} as const;

/** Without the statistics of statements half of the rules are blind. */
export const statementStatisticsRule: Rule = {
  kind: 'statement_statistics_missing',
  find({ statements }) {
    if (statements === null || statements.missing === null) return [];
    const { seen, apply, undo } = remedies[statements.missing];
    return [
      advise({
        kind: 'statement_statistics_missing',
        subject: statements.missing,
        severity: 'info',
        title: 'What statements cost is not known',
        seen: [seen],
        likelyGain: 'Slow statements, statements that became slower and missing indexes are found.',
        cost: 'About 1 % of the time of short statements.',
        apply,
        undo,
      }),
    ];
  },
};
