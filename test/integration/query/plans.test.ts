import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uuidV7 } from '../../../src/common/uuid';
import { type OpenQuery, openQuery, type SentStatement } from './open-query';

let query: OpenQuery;

/** The first of a month, counted from this one. */
const monthStart = (months: number) => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months));
};
const day = (months: number) => monthStart(months).toISOString().slice(0, 10);
const partitionSuffix = (months: number) => `_${day(months).slice(0, 7).replace('-', '_')}`;

beforeAll(async () => {
  query = await openQuery();
  // Three months of eight people, so many rows that reading a whole partition is never the cheapest way.
  const minutes = `generate_series($1::timestamptz, $2::timestamptz - interval '1 minute', interval '20 minutes') at`;
  const range = [monthStart(-3), monthStart(0)];
  const strangers = Array.from({ length: 7 }, () => randomUUID());
  const people = `unnest(ARRAY['${[query.me.userId, ...strangers].join("','")}']::uuid[]) person`;
  const rest = '120, 0, 1';
  for (const sql of [
    `INSERT INTO heart_rate_metrics (user_id, recorded_at, source, granularity, value, zone_offset_minutes, flags, ingestion_seq)
     SELECT person, at, 'Watch', 0, 60, ${rest} FROM ${people}, ${minutes}`,
    `INSERT INTO blood_pressure_metrics (user_id, recorded_at, source, granularity, systolic, diastolic, zone_offset_minutes, flags, ingestion_seq)
     SELECT person, at, 'Cuff', 0, 120, 80, ${rest} FROM ${people}, ${minutes}`,
    `INSERT INTO quantity_metrics (user_id, metric_id, recorded_at, source, granularity, value, zone_offset_minutes, flags, ingestion_seq)
     SELECT person, metric, at, 'Watch', 0, 1, ${rest} FROM ${people}, generate_series(1, 3) metric, ${minutes}`,
    `INSERT INTO sleep_segments (user_id, recorded_at, source, stage, ended_at, zone_offset_minutes, flags, ingestion_seq)
     SELECT person, at, 'Watch', 'core', at + interval '10 minutes', ${rest} FROM ${people}, ${minutes}`,
    `INSERT INTO sleep_metrics (user_id, id, wake_date, started_at, ended_at, zone_offset_minutes, flags, ingestion_seq)
     SELECT person, gen_random_uuid(), at, at, at, ${rest} FROM ${people}, ${minutes}`,
    `INSERT INTO workouts (user_id, id, name, started_at, ended_at, zone_offset_minutes, flags, ingestion_seq)
     SELECT person, gen_random_uuid(), 'Run', at, at, ${rest} FROM ${people}, ${minutes}`,
    `INSERT INTO health_events (user_id, id, kind, name, started_at, zone_offset_minutes, flags, ingestion_seq)
     SELECT person, gen_random_uuid(), kind, 'x', at, ${rest} FROM ${people}, unnest(ARRAY['symptom', 'medication']) kind, ${minutes}`,
    `INSERT INTO ecg_recordings (user_id, id, started_at, zone_offset_minutes, flags, ingestion_seq)
     SELECT person, gen_random_uuid(), at, ${rest} FROM ${people}, ${minutes}`,
  ]) {
    await query.sql(sql, range);
  }
  await query.sql(
    `INSERT INTO raw_ingestions (user_id, received_at, id, status, kept_encoding, sent_bytes, body_bytes, sha256, body)
     SELECT person, at, gen_random_uuid(), 'stored', 'identity', 0, 0, '', '' FROM ${people}, ${minutes}`,
    [monthStart(-1), monthStart(1)],
  );
  await query.sql('ANALYZE');
});

afterAll(() => query?.close());

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

/** What a request makes the service send, without the look-up of its key. */
async function statementsOf(path: string, expectedStatus = 200): Promise<SentStatement[]> {
  // The key is remembered for two seconds, after this for certain.
  await query.get('/v1/ecg?limit=1');
  const before = query.statements.length;
  expect((await query.get(path)).status).toBe(expectedStatus);
  return query.statements.slice(before).filter(({ sql }) => !sql.includes('api_keys'));
}

async function planOf({ sql, values }: SentStatement): Promise<PlanNode[]> {
  const rows = await query.sql(`EXPLAIN (FORMAT JSON) ${sql}`, values);
  return rows.flatMap((row) => row['QUERY PLAN'] as { Plan: PlanNode }[]).flatMap(({ Plan }) => nodesOf(Plan));
}

const scanned = (nodes: PlanNode[]) => nodes.flatMap((node) => node['Relation Name'] ?? []).sort();

const partialIndexesSql = `
SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'raw_ingestions_not_stored_idx'::regclass`;

/** Those of `raw_ingestions` that have rows: of an empty one any plan will do. */
const filledPartitions = [-1, 0].map((months) => `raw_ingestions${partitionSuffix(months)}`);

const oneMonth = () => `from=${day(-2)}T00:00:00Z&to=${day(-1)}T00:00:00Z`;

describe('a page of one month', () => {
  test.each([
    ['heart_rate_metrics', '/v1/metrics/heart_rate'],
    ['blood_pressure_metrics', '/v1/metrics/blood_pressure'],
    ['quantity_metrics', '/v1/metrics/step_count'],
    ['sleep_segments', '/v1/sleep/segments'],
  ])('of %s opens one partition, by its primary key, and sorts nothing', async (table, path) => {
    for (const order of ['asc', 'desc']) {
      const first = await query.get(`${path}?${oneMonth()}&limit=10&order=${order}`);
      expect(first.body.nextCursor).not.toBeNull();
      for (const cursor of ['', `&cursor=${first.body.nextCursor}`]) {
        const statement = (await statementsOf(`${path}?${oneMonth()}&limit=10&order=${order}${cursor}`)).at(-1);
        const plan = await planOf(statement as SentStatement);
        expect(scanned(plan)).toEqual([`${table}${partitionSuffix(-2)}`]);
        const scan = plan.find((node) => node['Relation Name'] !== undefined);
        expect(scan?.['Node Type']).toBe('Index Scan');
        expect(scan?.['Index Name']).toBe(`${table}${partitionSuffix(-2)}_pkey`);
        expect(scan?.['Index Cond']).toMatch(/user_id.*(recorded_at >=|recorded_at <)/);
        expect(plan.map((node) => node['Node Type'])).not.toContain('Sort');
      }
    }
  });

  test('after a cursor opens no partition that lies before it', async () => {
    const path = `/v1/metrics/heart_rate?from=${day(-3)}T00:00:00Z&to=${day(0)}T00:00:00Z&limit=5000`;
    const { nextCursor } = (await query.get(path)).body;
    const statement = (await statementsOf(`${path}&cursor=${nextCursor}`)).at(-1) as SentStatement;
    expect(scanned(await planOf(statement))).not.toContain(`heart_rate_metrics${partitionSuffix(-3)}`);
  });

  test('of those ingestions that are not stored reads an index that has no others', async () => {
    for (const status of ['parked', 'received']) {
      const plan = await planOf((await statementsOf(`/v1/ingestions?status=${status}`))[0] as SentStatement);
      const names = (await query.sql(partialIndexesSql)).map(({ name }) => name);
      const filled = plan.filter((node) => filledPartitions.includes(node['Relation Name'] ?? ''));
      expect(filled).toHaveLength(2);
      for (const node of filled) expect(names).toContain(node['Index Name']);
    }
  });

  test('of ingestions opens one partition by its primary key', async () => {
    const range = `from=${day(0)}T00:00:00Z&to=${day(1)}T00:00:00Z`;
    for (const path of [`/v1/ingestions?${range}`, `/v1/ingestions?${range}&status=stored`]) {
      const plan = await planOf((await statementsOf(path))[0] as SentStatement);
      expect(scanned(plan)).toEqual([`raw_ingestions${partitionSuffix(0)}`]);
      expect(plan.map((node) => node['Index Name'])).toContain(`raw_ingestions${partitionSuffix(0)}_pkey`);
    }
  });

  test.each([
    ['sleep_metrics_ended_at_idx', '/v1/sleep?'],
    ['workouts_started_at_idx', '/v1/workouts?'],
    ['health_events_started_at_idx', '/v1/events?kind=symptom&'],
    ['health_events_started_at_idx', '/v1/events?'],
    ['ecg_recordings_started_at_idx', '/v1/ecg?'],
  ])('by %s: %s', async (index, path) => {
    const [statement] = await statementsOf(`${path}from=${day(-2)}&to=${day(-2).slice(0, 8)}03`);
    const plan = await planOf(statement as SentStatement);
    expect(plan.map((node) => node['Index Name'])).toContain(index);
    expect(plan.map((node) => node['Node Type'])).not.toContain('Seq Scan');
  });
});

describe('one thing', () => {
  test('of a partitioned table is found in one partition, by its id', async () => {
    const id = uuidV7(monthStart(0).getTime());
    for (const path of [`/v1/ingestions/${id}`, `/v1/ingestions/${id}/raw`]) {
      const [statement] = await statementsOf(path, 404);
      const partitions = scanned(await planOf(statement as SentStatement)).filter((name) => name !== 'ingestion_work');
      expect(partitions).toEqual([`raw_ingestions${partitionSuffix(0)}`]);
    }
  });

  test.each(['workouts', 'ecg'])('of %s is found by its primary key', async (route) => {
    const [statement] = await statementsOf(`/v1/${route}/${uuidV7(Date.now())}`, 404);
    const plan = await planOf(statement as SentStatement);
    expect(plan.map((node) => node['Index Name'])).toEqual([expect.stringMatching(/_pkey$/)]);
  });
});

test('a route sends a fixed number of statements, and each names the user', async () => {
  const path = (await query.get('/v1/workouts?limit=1')).body.workouts[0].id;
  const expected: [string, number][] = [
    ['/v1/metrics/heart_rate?limit=1', 3],
    ['/v1/metrics/heart_rate?limit=10000', 3],
    ['/v1/metrics/step_count?limit=5000', 3],
    ['/v1/metrics/blood_pressure?limit=5000', 3],
    ['/v1/sleep?limit=1000', 1],
    ['/v1/sleep/segments?limit=5000', 1],
    ['/v1/workouts?limit=1000', 1],
    [`/v1/workouts/${path}`, 1],
    ['/v1/events?limit=1000', 1],
    ['/v1/ecg?limit=1000', 1],
    ['/v1/ingestions?limit=1000', 1],
    ['/v1/metrics', 2],
    // It is kept now: the version alone is asked for.
    ['/v1/metrics', 1],
  ];
  for (const [route, count] of expected) {
    const statements = await statementsOf(route);
    expect([route, statements.length]).toEqual([route, count]);
    for (const { values } of statements) expect([values[0]].flat()).toEqual([query.me.userId]);
  }
});

test('everything that there is is counted from indexes', async () => {
  await query.sql('UPDATE users SET data_version = data_version + 1');
  const [, statement] = await statementsOf('/v1/metrics');
  const plan = await planOf(statement as SentStatement);
  const read = plan.filter((node) => node['Node Type'] === 'Seq Scan').flatMap((node) => node['Relation Name'] ?? []);
  // Partitions without rows are read whole at no cost.
  expect(read.filter((name) => [-3, -2, -1].some((months) => name.endsWith(partitionSuffix(months))))).toEqual([]);
});
