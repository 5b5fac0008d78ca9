import { Client } from 'pg';
import { loadSettings } from '../../../src/config/load-settings';
import { migrate, partitionOptionsNow } from '../../../src/database/migrate';
import { recomputeRollups } from '../../../src/database/rollups/recompute-rollups';
import type { BenchContext } from '../bench-context';
import type { BenchServers } from '../service/bench-servers';
import { type BenchUser, createUsers } from '../service/bench-users';

const dayMs = 86_400_000;

/** Days of history: a year to be asked for, and a month before it. */
const historyDays = 400;

/** Days of marks that are computed in one transaction. */
const daysAtOnce = 500;

/** What each user has of a day, as shares of the rows: heart rates, and numbers of two devices that overlap. */
const shares = { heartRate: 0.5, steps: 0.3, energy: 0.2 } as const;

/** How much is stored. */
export interface HealthSize {
  readonly rows: number;
  readonly userCount: number;
}

/** A database with many rows of people's histories, rolled up. */
export interface SeededHealth {
  readonly databaseUrl: string;
  readonly users: readonly BenchUser[];
  /** The last day that has samples begins here, in ms. */
  readonly lastDayMs: number;
  readonly rows: number;
}

const sample = (count: string): string => `
  FROM unnest($1::uuid[]) WITH ORDINALITY AS u(id, place)
 CROSS JOIN generate_series($2::timestamptz, $3::timestamptz - interval '1 day', interval '1 day') AS day
 CROSS JOIN generate_series(0, ${count} - 1) AS i`;

/** Instants of a day, evenly spread, each user's a few seconds beside the others'. */
const instant = (count: string): string => `day + make_interval(secs => i * (86000.0 / ${count}) + place % 60)`;

const fillSql = [
  `INSERT INTO heart_rate_metrics (user_id, recorded_at, source, granularity, value, min, max, zone_offset_minutes, ingestion_seq)
   SELECT u.id, ${instant('$4::int')}, 'Watch', 0, 50 + (i * 7 + place) % 90, 48 + (i * 7 + place) % 90, 55 + (i * 7 + place) % 90, 60, 1
   ${sample('$4::int')}`,
  `INSERT INTO quantity_metrics (user_id, metric_id, recorded_at, source, granularity, value, zone_offset_minutes, ingestion_seq)
   SELECT u.id, 1, ${instant('$4::int')}, CASE i % 2 WHEN 0 THEN 'Watch' ELSE 'iPhone' END, 0, 5 + (i + place) % 90, 60, 1
   ${sample('$4::int')}`,
  `INSERT INTO quantity_metrics (user_id, metric_id, recorded_at, source, granularity, value, zone_offset_minutes, ingestion_seq)
   SELECT u.id, 10, ${instant('$4::int')}, 'Watch', 1, (i + place) % 12, 60, 1
   ${sample('$4::int')}`,
];

const dailySql = [
  `INSERT INTO quantity_metrics (user_id, metric_id, recorded_at, source, granularity, value, zone_offset_minutes, ingestion_seq)
   SELECT u.id, metric, day + interval '7 hours', 'Watch', 0, 50 + place % 40, 60, 1
   ${sample('1')} CROSS JOIN unnest('{102,301}'::int2[]) AS metric`,
  `INSERT INTO sleep_metrics (user_id, id, source, wake_date, started_at, ended_at, total_sleep_hours, zone_offset_minutes, ingestion_seq)
   SELECT u.id, gen_random_uuid(), 'Watch', day, day - interval '2 hours', day + interval '6 hours', 7, 60, 1
   ${sample('1')}`,
];

const stateSql = `
CREATE TABLE IF NOT EXISTS bench_health (user_id uuid PRIMARY KEY, key text NOT NULL);
CREATE TABLE IF NOT EXISTS bench_health_state (last_day_ms float8 NOT NULL, rows float8 NOT NULL)`;

async function rollUp(context: BenchContext, owner: Client, users: readonly BenchUser[]): Promise<void> {
  for (const [i, { userId }] of users.entries()) {
    for (const [table, metric] of [
      ['heart_rate_metrics', '101'],
      ['quantity_metrics', 'metric_id'],
    ]) {
      await owner.query(
        `INSERT INTO rollup_marks SELECT DISTINCT user_id, ${metric}::int2,
                (recorded_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes))::date
           FROM ${table} WHERE user_id = $1 ON CONFLICT DO NOTHING`,
        [userId],
      );
    }
    const query = async (sql: string, values: readonly unknown[] = []) => (await owner.query(sql, [...values])).rows;
    const tx = { client: owner as never, query: query as never, begun: Promise.resolve() };
    while ((await recomputeRollups(tx, userId, daysAtOnce)) > 0);
    if (i % 20 === 19) context.progress(`roll-ups of ${i + 1} of ${users.length} users`);
  }
}

async function fill(
  context: BenchContext,
  servers: BenchServers,
  owner: Client,
  { rows, userCount }: HealthSize,
): Promise<void> {
  const users = await createUsers(servers, userCount);
  const lastDayMs = Math.floor(Date.now() / dayMs) * dayMs - dayMs;
  const ids = users.map(({ userId }) => userId);
  const perDay = rows / userCount / historyDays;
  const counts = [shares.heartRate, shares.steps, shares.energy].map((share) =>
    Math.max(1, Math.round(perDay * share)),
  );
  const monthDays = 20;
  for (let day = historyDays; day > 0; day -= monthDays) {
    const range = [ids, new Date(lastDayMs - (day - 1) * dayMs), new Date(lastDayMs - (day - 1 - monthDays) * dayMs)];
    for (const [i, sql] of fillSql.entries()) await owner.query(sql, [...range, counts[i]]);
    for (const sql of dailySql) await owner.query(sql, range);
    context.progress(`${historyDays - day + monthDays} of ${historyDays} days are stored`);
  }
  await owner.query('VACUUM (ANALYZE)');
  await rollUp(context, owner, users);
  await owner.query('VACUUM (ANALYZE)');
  const keys = users.map(({ key }) => key);
  await owner.query('INSERT INTO bench_health SELECT * FROM unnest($1::uuid[], $2::text[])', [ids, keys]);
  await owner.query('INSERT INTO bench_health_state VALUES ($1, $2)', [lastDayMs, rows]);
}

/** Opens the database of that name with at least about this many rows; fills it first when it is new. */
export async function openSeededHealth(
  context: BenchContext,
  servers: BenchServers,
  name: string,
  size: HealthSize,
): Promise<SeededHealth> {
  const admin = await servers.connect('owner');
  const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [name]);
  if (rowCount === 0) await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const url = new URL(servers.databaseUrl);
  url.pathname = name;
  await migrate(url.href, partitionOptionsNow(loadSettings({})));
  const owner = new Client({ connectionString: url.href, options: '-c timezone=UTC' });
  await owner.connect();
  try {
    await owner.query(stateSql);
    const state = async () => (await owner.query('SELECT last_day_ms, rows FROM bench_health_state')).rows[0];
    if ((await state()) === undefined) {
      context.progress(`storing ${size.rows} rows in ${name} first; the next run has them`);
      const here = { ...servers, connect: () => connectTo(url.href) } as unknown as BenchServers;
      await fill(context, here, owner, size);
    }
    const { last_day_ms: lastDayMs, rows: stored } = await state();
    const users = await owner.query('SELECT user_id AS "userId", key FROM bench_health ORDER BY user_id');
    return { databaseUrl: url.href, users: users.rows, lastDayMs, rows: stored };
  } finally {
    await owner.end();
  }
}

async function connectTo(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  await client.connect();
  return client;
}
