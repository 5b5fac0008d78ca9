import { Client } from 'pg';
import { rounded } from '../figures';

const shownStatements = 15;
const shownCharacters = 90;

const topSql = `
SELECT calls::float8 AS calls, total_exec_time + total_plan_time AS ms, total_plan_time AS plan_ms,
       regexp_replace(query, '\\s+', ' ', 'g') AS query
  FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid AND d.datname = current_database()
 ORDER BY 2 DESC LIMIT $1`;

async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return work(client).finally(() => client.end());
}

/** Begins to count what each statement takes, planning too. Errors: rejects where the server has no such extension. */
export async function countStatements(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await client.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET pg_stat_statements.track_planning = on`);
  });
}

/** The statements that took the server most time since then, one a line; they hold no values. */
export async function topStatements(url: string): Promise<string[]> {
  const { rows } = await withClient(url, (client) => client.query(topSql, [shownStatements]));
  return rows.map(
    ({ calls, ms, plan_ms, query }) =>
      `${Math.round(ms)} ms (${Math.round(plan_ms)} planning) in ${calls} calls, ${rounded(ms / calls)} ms each: ${query.trim().slice(0, shownCharacters)}`,
  );
}
