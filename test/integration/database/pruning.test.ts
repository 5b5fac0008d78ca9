import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

let database: TestDatabase;
let client: Client;

/** The month that the query is about: the last whole one. */
const now = new Date();
const monthStart = (monthsAgo: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - monthsAgo, 1));
const partitionOf = (monthsAgo: number) => {
  const [year, month] = monthStart(monthsAgo).toISOString().split('-');
  return `heart_rate_metrics_${year}_${month}`;
};
const userId = '00000000-0000-4000-8000-000000000007';
const dayMs = 86_400_000;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url, options: '-c timezone=UTC' });
  await client.connect();
  // Ten people with a sample a minute of the first days of each of the last three months.
  await client.query(
    `INSERT INTO heart_rate_metrics (user_id, recorded_at, granularity, value, zone_offset_minutes, ingestion_seq)
     SELECT ('00000000-0000-4000-8000-00000000000' || u)::uuid, month + make_interval(mins => m), 0, 60 + m % 40, 0, 1
       FROM generate_series(0, 9) u, unnest($1::timestamptz[]) month, generate_series(0, 1439) m`,
    [[monthStart(1), monthStart(2), monthStart(3)]],
  );
  await client.query('ANALYZE heart_rate_metrics');
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** All nodes of the plan of a statement with its parameters, as the pool's connections plan it. */
async function readPlan(sql: string, values: readonly unknown[]): Promise<PlanNode[]> {
  const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${sql}`, [...values]);
  const flatten = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flatten)];
  return flatten(rows[0]['QUERY PLAN'][0].Plan);
}

/** The partitions that a plan reads; checks that it reads them by their primary keys, in one step or by a bitmap. */
function partitionsRead(nodes: readonly PlanNode[]): string[] {
  const scans = nodes.filter((node) => node['Node Type'].endsWith('Scan'));
  expect(scans.map((scan) => scan['Node Type'])).not.toContain('Seq Scan');
  const indexes = scans.flatMap((scan) => scan['Index Name'] ?? []);
  const tables = scans.flatMap((scan) => scan['Relation Name'] ?? []);
  expect([...new Set(tables.map((name) => `${name}_pkey`))].sort()).toEqual([...new Set(indexes)].sort());
  return [...new Set(tables)].sort();
}

const rangeSql = `SELECT recorded_at, value FROM heart_rate_metrics
                   WHERE user_id = $1 AND recorded_at >= $2 AND recorded_at < $3 ORDER BY recorded_at`;

describe("a person's range", () => {
  test('within a month reads that partition only, by its primary key', async () => {
    const from = monthStart(2);
    const plan = await readPlan(rangeSql, [userId, from, new Date(from.getTime() + dayMs / 4)]);
    expect(partitionsRead(plan)).toEqual([partitionOf(2)]);
  });

  test('over the turn of a month reads two', async () => {
    const plan = await readPlan(rangeSql, [userId, monthStart(2), new Date(monthStart(1).getTime() + 60_000)]);
    expect(partitionsRead(plan)).toEqual([partitionOf(2), partitionOf(1)].sort());
  });

  test('with its newest rows first and a limit sorts nothing', async () => {
    const sql = rangeSql.replace('ORDER BY recorded_at', 'ORDER BY recorded_at DESC LIMIT 100');
    const nodes = await readPlan(sql, [userId, monthStart(3), now]);
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Sort');
    expect(partitionsRead(nodes)).toEqual(expect.arrayContaining([partitionOf(3), partitionOf(1), partitionOf(0)]));
  });

  test('without a range reads every partition: what the locks are sized for', async () => {
    await client.query('BEGIN');
    await client.query('SELECT count(*) FROM heart_rate_metrics WHERE user_id = $1', [userId]);
    const { rows } = await client.query(
      `SELECT count(*)::int AS locks FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'`,
    );
    await client.query('ROLLBACK');
    const { rows: partitions } = await client.query(
      `SELECT FROM pg_inherits WHERE inhparent = 'heart_rate_metrics'::regclass`,
    );
    expect(rows[0].locks).toBeGreaterThan(2 * partitions.length);
  });
});

describe('a small hot index for recent rows', () => {
  test('cannot be a partial index on the age: PostgreSQL refuses the predicate', async () => {
    await expect(
      client.query(
        `CREATE INDEX ON ${partitionOf(1)} (user_id, recorded_at) WHERE recorded_at > now() - interval '7 days'`,
      ),
    ).rejects.toThrow('functions in index predicate must be marked IMMUTABLE');
  });

  test("is what pruning gives: the newest month's key is a small part of all keys, and the only one that is read", async () => {
    const size = async (name: string) =>
      Number((await client.query('SELECT pg_total_relation_size($1::regclass) AS bytes', [name])).rows[0].bytes);
    const sizes: number[] = [];
    for (const monthsAgo of [1, 2, 3]) sizes.push(await size(`${partitionOf(monthsAgo)}_pkey`));
    const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
    expect(sizes[0]).toBeLessThan(total / 2);

    const recentSql = `SELECT recorded_at, value FROM heart_rate_metrics
                        WHERE user_id = $1 AND recorded_at >= $2 ORDER BY recorded_at DESC LIMIT 100`;
    const read = partitionsRead(await readPlan(recentSql, [userId, monthStart(1)]));
    expect(read).toContain(partitionOf(1));
    for (const monthsAgo of [2, 3]) expect(read).not.toContain(partitionOf(monthsAgo));
  });
});
