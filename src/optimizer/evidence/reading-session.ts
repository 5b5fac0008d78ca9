import { Client, type QueryResultRow } from 'pg';

/** Longest time for one statement of ours: the figures come from memory and catalogues. */
const statementTimeoutMs = 5000;

/** A lock that is not had at once is held by whom we want to know of. */
const lockTimeoutMs = 200;

/** What the sessions of the optimizer are called on the server. */
export const advisorApplicationName = 'health-export-advisor';

/** Our own statements end with this, so that they can be told from the service's. */
export const advisorMark = '/* advisor */';

/** A connection that only reads. */
export interface ReadingSession {
  /** Runs one statement; in the extended protocol, so that it cannot be two. */
  query<Row extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs one statement with `$1` in it that nobody gives a value, which only EXPLAIN takes. */
  explain<Row extends QueryResultRow>(sql: string): Promise<Row[]>;
  /** Runs `work` and takes back whatever it did; null when a statement of it fails. */
  attempt<T>(work: () => Promise<T>): Promise<T | null>;
}

/**
 * Opens a connection of its own as the owner, for reading, and closes it after `work`: a pool that has none to give is
 * one of the things to be found out, and the app role may not see what other sessions do.
 *
 * Errors: rejects when the database cannot be reached, and as `work` does.
 */
export async function withReadingSession<T>(
  ownerUrl: string,
  work: (inTransaction: <R>(read: (session: ReadingSession) => Promise<R>) => Promise<R>) => Promise<T>,
): Promise<T> {
  const client = new Client({
    connectionString: ownerUrl,
    application_name: advisorApplicationName,
    connectionTimeoutMillis: 5000,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    options: '-c default_transaction_read_only=on -c timezone=UTC',
  });
  // A connection that is cut while nobody listens to it ends the process; the next statement rejects then.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work((read) => inTransaction(client, read));
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function inTransaction<R>(client: Client, read: (session: ReadingSession) => Promise<R>): Promise<R> {
  const query: ReadingSession['query'] = async (sql, values = []) => {
    const config = { text: `${sql} ${advisorMark}`, values: [...values], queryMode: 'extended' };
    return (await client.query(config)).rows;
  };
  const explain: ReadingSession['explain'] = async (sql) => (await client.query(sql)).rows;
  const attempt: ReadingSession['attempt'] = async (work) => {
    await client.query('SAVEPOINT attempt');
    const result = await work().catch(() => null);
    await client.query('ROLLBACK TO SAVEPOINT attempt');
    return result;
  };
  await client.query('BEGIN READ ONLY');
  try {
    return await read({ query, explain, attempt });
  } finally {
    await client.query('ROLLBACK').catch(() => undefined);
  }
}
