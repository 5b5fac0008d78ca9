import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPartitionGaps } from '../../../src/database/find-partition-gaps';
import { partitionedTables } from '../../../src/database/keep-partitions';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.ownerUrl });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

function gapsAt(...instants: string[]): Promise<string[]> {
  const dates = instants.map((instant) => new Date(instant));
  return findPartitionGaps(async (sql, values) => (await client.query(sql, [...values])).rows, dates);
}

const all = [...partitionedTables.keys()].sort();
const samples = all.filter((table) => partitionedTables.get(table) === 'sample');
const receipts = all.filter((table) => partitionedTables.get(table) === 'receipt');
const now = new Date().toISOString();

test('samples have a partition at any time that is past, what was received from now on', async () => {
  expect(await gapsAt(now)).toEqual([]);
  expect(await gapsAt('0001-01-01', '2013-12-31T23:59:59Z', '2014-01-01', '2019-07-01').then(String)).toBe(
    `${receipts}`,
  );
});

test('nothing has one far ahead', async () => {
  expect(await gapsAt('2500-01-01')).toEqual(all);
});

test('one that is missing between others is found, for its own table, to the instant', async () => {
  for (const table of samples) {
    await client.query(`DROP TABLE ${table}_2015`);
    expect(await gapsAt('2014-12-31T23:59:59.999Z', '2016-01-01T00:00:00Z', now)).toEqual(receipts);
    expect(await gapsAt('2015-01-01T00:00:00Z')).toContain(table);
    expect(await gapsAt('2015-12-31T23:59:59.999Z')).toContain(table);
  }
});
