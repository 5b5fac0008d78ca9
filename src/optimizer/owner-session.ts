import { Client } from 'pg';
import { advisorApplicationName } from './evidence/reading-session';

/** Runs statements of the optimizer's own bookkeeping, and of advice that somebody applies, as the owner. */
export interface OwnerSession {
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

/**
 * Opens a connection as the owner and closes it after `work`. Each statement is a transaction of its own, because some
 * (CONCURRENTLY, VACUUM) take no other. A lock that is not had within 5 s is given up: whoever waits for it would keep
 * everybody else waiting.
 *
 * Errors: rejects when the database cannot be reached, and as `work` does.
 */
export async function withOwnerSession<T>(ownerUrl: string, work: (session: OwnerSession) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: ownerUrl,
    application_name: advisorApplicationName,
    connectionTimeoutMillis: 5000,
    lock_timeout: 5000,
    options: '-c timezone=UTC',
  });
  // A connection that is cut while nobody listens to it ends the process; the next statement rejects then.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work({ query: async (sql, values = []) => (await client.query(sql, [...values])).rows });
  } finally {
    await client.end().catch(() => undefined);
  }
}
