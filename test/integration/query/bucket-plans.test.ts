import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { markAll } from './mark-all';
import { type OpenQuery, openQuery, type Person, type SentStatement } from './open-query';

let query: OpenQuery;

const dayMs = 86_400_000;
/** The first of a month, counted from this one. */
const monthStart = (months: number) => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months));
};
const date = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);
const startMs = monthStart(-3).getTime();
/** A day in the middle of the second month: a day or two around it are in the same partition. */
const middleMs = monthStart(-2).getTime() + 14 * dayMs;
const endMs = monthStart(0).getTime();
const suffixOf = (atMs: number) => `_${date(atMs).slice(0, 7).replace('-', '_')}`;

beforeAll(async () => {
  query = await openQuery();
  // Three months of eight people, so many rows that reading a whole table is never the cheapest way.
  const strangers: Person[] = Array.from({ length: 7 }, () => ({ userId: randomUUID(), key: '' }));
  const people = `unnest(ARRAY['${[query.me, ...strangers].map(({ userId }) => userId).join("','")}']::uuid[]) person`;
  const times = `generate_series($1::timestamptz, $2::timestamptz - interval '1 minute', interval '20 minutes') at`;
  const range = [new Date(startMs), new Date(endMs)];
  for (const sql of [
    `INSERT INTO heart_rate_metrics (user_id, recorded_at, source, granularity, value, zone_offset_minutes, ingestion_seq)
     SELECT person, at, 'Watch', 0, 60, 120, 1 FROM ${people}, ${times}`,
    `INSERT INTO blood_pressure_metrics (user_id, recorded_at, source, granularity, systolic, diastolic, zone_offset_minutes, ingestion_seq)
     SELECT person, at, 'Cuff', 0, 120, 80, 120, 1 FROM ${people}, ${times}`,
    `INSERT INTO quantity_metrics (user_id, metric_id, recorded_at, source, granularity, value, zone_offset_minutes, ingestion_seq)
     SELECT person, metric, at, 'Watch', 0, 1, 120, 1 FROM ${people}, unnest('{1,2,301}'::int2[]) metric, ${times}`,
    `INSERT INTO sleep_segments (user_id, recorded_at, source, stage, ended_at, zone_offset_minutes, ingestion_seq)
     SELECT person, at, 'Watch', 'core', at + interval '10 minutes', 120, 1 FROM ${people}, ${times}`,
    `INSERT INTO sleep_metrics (user_id, id, wake_date, started_at, ended_at, zone_offset_minutes, ingestion_seq)
     SELECT person, gen_random_uuid(), at, at, at, 120, 1 FROM ${people}, ${times}`,
    `INSERT INTO workouts (user_id, id, name, started_at, ended_at, zone_offset_minutes, ingestion_seq)
     SELECT person, gen_random_uuid(), 'Run', at, at, 120, 1 FROM ${people}, ${times}`,
    `INSERT INTO health_events (user_id, id, kind, name, started_at, zone_offset_minutes, ingestion_seq)
     SELECT person, gen_random_uuid(), kind, 'x', at, 120, 1 FROM ${people}, unnest(ARRAY['symptom', 'medication']) kind, ${times}`,
    `INSERT INTO ecg_recordings (user_id, id, started_at, zone_offset_minutes, ingestion_seq)
     SELECT person, gen_random_uuid(), at, 120, 1 FROM ${people}, ${times}`,
  ]) {
    await query.sql(sql, range);
  }
  for (const person of [query.me, ...strangers]) {
    await markAll(query, person);
    while ((await query.recompute(person, 100)) > 0);
  }
  await query.sql('ANALYZE');
}, 180_000);

afterAll(() => query?.close());

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

/** What a request makes the service send, without the look-up of its key. */
async function statementsOf(path: string): Promise<SentStatement[]> {
  await query.get('/v1/ecg?limit=1');
  const before = query.statements.length;
  expect([path, (await query.get(path)).status]).toEqual([path, 200]);
  return query.statements.slice(before).filter(({ sql }) => !sql.includes('api_keys'));
}

async function planOf({ sql, values }: SentStatement, option = ''): Promise<PlanNode[]> {
  const rows = await query.sql(`EXPLAIN (${option}FORMAT JSON) ${sql}`, values);
  return rows.flatMap((row) => row['QUERY PLAN'] as { Plan: PlanNode }[]).flatMap(({ Plan }) => nodesOf(Plan));
}

const oneDay = `from=${date(middleMs)}&to=${date(middleMs + dayMs)}`;
const twoMonths = `from=${date(startMs)}&to=${date(startMs + 60 * dayMs)}`;
const metrics = 'heart_rate,step_count,blood_pressure,weight_body_mass,walking_running_distance';

/**
 * Every route that answers from roll-ups, in every way that makes it send another statement; and how many it sends: for
 * another zone than the phone's at most, as hours, samples and marked days are read only where they are needed.
 */
const routes: [route: string, count: number][] = [
  ['/v1/metrics/heart_rate?bucket=day', 4],
  ['/v1/metrics/step_count?bucket=hour', 4],
  ['/v1/metrics/blood_pressure?bucket=month&source=all', 4],
  ['/v1/metrics/step_count?bucket=day&source=Watch&fill=null', 4],
  ['/v1/metrics/step_count?bucket=day&tz=Europe/Berlin', 7],
  ['/v1/metrics/heart_rate?bucket=day&tz=Asia/Kathmandu', 7],
  ['/v1/metrics/blood_pressure?bucket=hour&tz=America/St_Johns', 7],
  [`/v1/series?metrics=heart_rate`, 4],
  [`/v1/series?metrics=${metrics}`, 4],
  [`/v1/series?metrics=${metrics}&bucket=week&tz=Asia/Kolkata&agg=latest`, 7],
];

const others: [route: string, count: number][] = [
  ['/v1/sources', 2],
  ['/v1/recent', 11],
];

/** Tables of which no statement may read a whole one; partitions by the months that have rows. */
const isLarge = (table: string): boolean =>
  [startMs, middleMs, endMs - dayMs].some((atMs) => table.endsWith(suffixOf(atMs))) ||
  ['metric_rollups', 'sleep_metrics', 'workouts', 'health_events', 'ecg_recordings', 'users'].includes(table);

function scanned(nodes: readonly PlanNode[]): string[] {
  return nodes
    .filter((node) => node['Node Type'] === 'Seq Scan')
    .flatMap((node) => node['Relation Name'] ?? [])
    .filter((table) => table !== 'users');
}

function readWhole(nodes: readonly PlanNode[]): string[] {
  return scanned(nodes).filter(isLarge);
}

async function expectGoodPlans(route: string, count: number, partition: string | null): Promise<void> {
  const statements = await statementsOf(route);
  const least = route.includes('&tz=') ? 4 : route === '/v1/sources' ? 1 : count;
  expect([route, statements.length >= least && statements.length <= count]).toEqual([route, true]);
  for (const statement of statements) {
    expect([statement.values[0]].flat()).toEqual([query.me.userId]);
    const plan = await planOf(statement);
    expect([route, readWhole(plan)]).toEqual([route, []]);
    const touched = plan.flatMap((node) => node['Relation Name'] ?? []).filter((name) => /_\d{4}_\d\d$/.test(name));
    if (partition !== null) expect([route, touched.filter((name) => !name.endsWith(partition))]).toEqual([route, []]);
  }
}

const summaries: [route: string, count: number][] = [
  ['/v1/summary?', 8],
  ['/v1/sleep/days?', 4],
];

test.each(['computed', 'marked'])(
  'with days that are %s every statement uses keys, in the partition of its day',
  async (state) => {
    if (state === 'marked') {
      await query.sql(
        `INSERT INTO rollup_marks SELECT DISTINCT user_id, metric_id, local_start::date FROM metric_rollups
        WHERE user_id = $1 AND local_start >= $2::timestamp AND local_start < $2::timestamp + interval '1 day'`,
        [query.me.userId, date(middleMs)],
      );
    }
    for (const [route, count] of routes) {
      await expectGoodPlans(`${route}&${oneDay}`, count, suffixOf(middleMs));
      // As many statements for a long range; the marked day is the only one of which samples are read.
      await expectGoodPlans(`${route}&${twoMonths}`, count, null);
    }
    for (const [route, count] of summaries) {
      await expectGoodPlans(`${route}date=${date(middleMs)}`, count, suffixOf(middleMs));
      await expectGoodPlans(
        `${route}from=${date(middleMs)}&to=${date(middleMs + 9 * dayMs)}`,
        count,
        suffixOf(middleMs),
      );
    }
    for (const [route, count] of others) await expectGoodPlans(route, count, null);
  },
  120_000,
);

test('a long range of roll-ups opens no partition of samples', async () => {
  await query.sql('DELETE FROM rollup_marks');
  for (const path of [`bucket=day&${twoMonths}`, `bucket=day&tz=Europe/Berlin&${twoMonths}`]) {
    for (const statement of await statementsOf(`/v1/metrics/step_count?${path}`)) {
      const touched = (await planOf(statement)).flatMap((node) => node['Relation Name'] ?? []);
      expect(touched.filter((name) => name.startsWith('quantity_metrics'))).toEqual([]);
    }
  }
});

test('what is planned once for any values reads no marks of others, whatever is known of a fuller time', async () => {
  // Of one person and one metric, as while a history is imported: the first row that comes along seems to be right.
  await query.sql(
    `INSERT INTO rollup_marks SELECT $1, 1, date '2000-01-01' + day FROM generate_series(1, 8000) AS day`,
    [randomUUID()],
  );
  await query.sql('ANALYZE rollup_marks');
  await query.sql('DELETE FROM rollup_marks');
  let prepared = 0;
  for (const path of [`/v1/summary?date=${date(middleMs)}`, `/v1/series?metrics=${metrics}&${twoMonths}`]) {
    for (const { sql, isPrepared } of await statementsOf(path)) {
      if (!isPrepared) continue;
      prepared++;
      const plan = await planOf({ sql, values: [], isPrepared }, 'GENERIC_PLAN, ');
      expect([sql, scanned(plan).filter((table) => table !== 'user_metrics')]).toEqual([sql, []]);
    }
  }
  expect(prepared).toBe(6);
});
