import { Client, escapeIdentifier } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type PartitionOptions, partitionedTables } from '../../../src/database/keep-partitions';
import { extendPartitions, migrate } from '../../../src/database/migrate';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

const hourMs = 3_600_000;
const userId = '019abc00-0000-7000-8000-000000000001';

/** Few partitions, so that a test takes no longer than it must. */
const at = (now: string): PartitionOptions => ({ now: new Date(now), detailedYears: 0, monthsAhead: 2 });

let database: TestDatabase;
let client: Client;
let clients: Client[];

async function connect(): Promise<Client> {
  const connected = new Client({ connectionString: database.url, options: '-c timezone=UTC' });
  await connected.connect();
  clients.push(connected);
  return connected;
}

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  clients = [];
  client = await connect();
});

afterEach(async () => {
  await Promise.all(clients.map((one) => one.end()));
  await database.drop();
});

/** The bounds of a table's partitions as the database has them, from old to new. */
async function readBounds(table: string): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT pg_get_expr(c.relpartbound, c.oid) AS bounds
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::regclass`,
    [table],
  );
  const end = (bounds: string) => bounds.replace(/^.* TO /, '');
  return rows.map((row) => row.bounds).sort((a, b) => (end(a) < end(b) ? -1 : 1));
}

/** Checks that each partition begins where the one before it ends, and returns the end of the last one. */
function endOfUnbroken(bounds: readonly string[], firstFrom: string): string {
  let from = firstFrom;
  for (const text of bounds) {
    const match = /^FOR VALUES FROM \((.+)\) TO \('(.+)'\)$/.exec(text);
    expect(match?.[1], `what begins at ${from}`).toBe(from);
    from = `'${match?.[2]}'`;
  }
  return from;
}

function insertHeartRate(into: Client, recordedAt: string): Promise<unknown> {
  return into.query(
    `INSERT INTO heart_rate_metrics (user_id, recorded_at, granularity, value, zone_offset_minutes, ingestion_seq)
     VALUES ($1, $2, 0, 60, 0, 1)`,
    [userId, recordedAt],
  );
}

describe('a first start', () => {
  test.each([
    ['2014-01-15T00:00:00Z', '2014-04-01'],
    ['2015-12-31T23:59:59.999Z', '2016-03-01'],
    ['2016-02-29T12:00:00Z', '2016-05-01'],
  ])('at %s covers all time to %s, and a second one changes nothing', async (now, end) => {
    await migrate(database.ownerUrl, at(now));
    for (const [table, time] of partitionedTables) {
      const bounds = await readBounds(table);
      const from = time === 'sample' ? 'MINVALUE' : `'${previousMonth(now)} 00:00:00+00'`;
      expect(endOfUnbroken(bounds, from)).toBe(`'${end} 00:00:00+00'`);
      expect(bounds).not.toContain('DEFAULT');
    }
    expect(await extendPartitions(database.ownerUrl, at(now))).toEqual([]);
  });

  test('takes a sample of any age and up to 48 hours ahead, and none beyond the months ahead', async () => {
    const now = '2014-12-31T23:59:59.999Z';
    await migrate(database.ownerUrl, at(now));
    const ahead = new Date(Date.parse(now) + 48 * hourMs).toISOString();
    for (const time of ['0001-01-01', '1900-01-01', '2013-12-31 23:59:59.999', '2014-01-01', now, ahead]) {
      await insertHeartRate(client, time);
    }
    await expect(insertHeartRate(client, '2015-03-01')).rejects.toThrow('no partition of relation');
  });
});

function previousMonth(now: string): string {
  const date = new Date(now);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, 1)).toISOString().slice(0, 10);
}

describe('upkeep', () => {
  beforeEach(() => migrate(database.ownerUrl, at('2014-11-30T10:00:00Z')));

  test('after a pause of 14 months makes what is missing, with no gap', async () => {
    const created = await extendPartitions(database.ownerUrl, at('2016-01-31T10:00:00Z'));
    expect(created).toHaveLength(14 * partitionedTables.size);
    expect(created).toContain('heart_rate_metrics_2015_02');
    expect(created).toContain('raw_ingestions_2016_03');
    for (const [table, time] of partitionedTables) {
      const from = time === 'sample' ? 'MINVALUE' : `'2014-10-01 00:00:00+00'`;
      expect(endOfUnbroken(await readBounds(table), from)).toBe(`'2016-04-01 00:00:00+00'`);
    }
  });

  test('at once from several places makes each partition once', async () => {
    const december = at('2014-12-01T00:00:00Z');
    const created = await Promise.all([1, 2, 3].map(() => extendPartitions(database.ownerUrl, december)));
    expect(created.flat()).toHaveLength(partitionedTables.size);
  });

  test('gives a partition all that its parent has', async () => {
    const indexes = async (relation: string) => {
      const { rows } = await client.query(
        `SELECT am.amname, i.indisprimary, i.indkey::text, c.reloptions::text
           FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam
          WHERE i.indrelid = $1::regclass ORDER BY 1, 3`,
        [relation],
      );
      return rows;
    };
    const columns = async (relation: string) => {
      const { rows } = await client.query(
        `SELECT a.attname, a.atttypid, a.attnotnull, a.attstorage, pg_get_expr(d.adbin, d.adrelid) AS given
           FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
          WHERE a.attrelid = $1::regclass AND a.attnum > 0 ORDER BY a.attnum`,
        [relation],
      );
      return rows;
    };
    for (const table of partitionedTables.keys()) {
      const partition = escapeIdentifier(`${table}_2015_01`);
      expect(await indexes(partition)).toEqual(await indexes(table));
      expect(await columns(partition)).toEqual(await columns(table));
    }
  });

  test('neither waits for open readers and writers nor holds them up', async () => {
    const writer = await connect();
    await writer.query('BEGIN');
    await insertHeartRate(writer, '2014-11-30 09:00:00');
    const reader = await connect();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await reader.query('SELECT count(*) FROM heart_rate_metrics');

    let isDone = false;
    const extending = extendPartitions(database.ownerUrl, at('2015-03-01T00:00:00Z')).finally(() => {
      isDone = true;
    });
    const waitsMs: number[] = [];
    while (!isDone) {
      const startedAtMs = performance.now();
      await insertHeartRate(client, new Date(Date.UTC(2014, 10, 1) + waitsMs.length * 1000).toISOString());
      waitsMs.push(performance.now() - startedAtMs);
    }
    expect(await extending).toHaveLength(4 * partitionedTables.size);
    // Longer than a slow machine takes, shorter than upkeep waits for a lock.
    expect(Math.max(...waitsMs)).toBeLessThan(1500);
    // Both transactions go on as if nothing had happened.
    await insertHeartRate(writer, '2015-04-30 09:00:00');
    await writer.query('COMMIT');
    expect((await reader.query('SELECT count(*)::int AS rows FROM heart_rate_metrics')).rows).toEqual([{ rows: 0 }]);
    await reader.query('COMMIT');
  });

  test('that is not given a lock rejects after 2 s, keeps whole tables only, and goes on when called again', async () => {
    const blocker = await connect();
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE quantity_metrics IN SHARE UPDATE EXCLUSIVE MODE');
    const startedAtMs = performance.now();
    const december = at('2014-12-15T00:00:00Z');
    await expect(extendPartitions(database.ownerUrl, december)).rejects.toThrow('lock timeout');
    expect(performance.now() - startedAtMs).toBeLessThan(6000);

    const names = async () =>
      (await client.query(`SELECT relname FROM pg_class WHERE relname ~ '_2015_02$' AND relkind = 'r'`)).rows.map(
        (row) => row.relname,
      );
    expect((await names()).sort()).toEqual(['blood_pressure_metrics_2015_02', 'heart_rate_metrics_2015_02']);

    await blocker.query('ROLLBACK');
    expect(await extendPartitions(database.ownerUrl, december)).toHaveLength(partitionedTables.size - 2);
    expect(await names()).toHaveLength(partitionedTables.size);
  });
});
