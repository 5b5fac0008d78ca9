import type { SessionFacts } from './evidence';
import type { ReadingSession } from './reading-session';

interface SessionRow {
  pid: number;
  application: string;
  state: string;
  transaction_s: number | null;
  state_s: number | null;
  lock_wait_s: number | null;
  blocked_by: number[];
}

// Not now(): that is when our transaction began.
const sessionsSql = `
SELECT a.pid, a.application_name AS application, coalesce(a.state, '') AS state,
       extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS transaction_s,
       extract(epoch FROM clock_timestamp() - a.state_change)::float8 AS state_s,
       (SELECT extract(epoch FROM clock_timestamp() - min(l.waitstart))::float8
          FROM pg_locks l WHERE l.pid = a.pid AND NOT l.granted) AS lock_wait_s,
       CASE WHEN a.wait_event_type = 'Lock' THEN pg_blocking_pids(a.pid) ELSE '{}' END AS blocked_by
  FROM pg_stat_activity a
 WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
 ORDER BY a.pid`;

/** The sessions of this database but our own. */
export async function readSessions({ query }: ReadingSession): Promise<SessionFacts[]> {
  const rows = await query<SessionRow>(sessionsSql);
  return rows.map((row) => ({
    pid: row.pid,
    application: row.application,
    state: row.state,
    transactionS: row.transaction_s ?? 0,
    stateS: row.state_s ?? 0,
    lockWaitS: row.lock_wait_s,
    blockedBy: row.blocked_by,
  }));
}
