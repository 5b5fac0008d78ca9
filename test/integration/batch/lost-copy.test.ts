import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { appendRows } from '../../../src/batch/append-rows';
import type { DatabaseService, Transaction } from '../../../src/database/database.service';
import { classifyFault } from '../../../src/database/sqlstate';
import { copyPage } from '../../../src/query/export/copy-page';
import { TcpRelay } from '../../support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { openDatabase } from '../database/open-database';
import { heartRates } from './open-writer';

const userId = '00000000-0000-7000-8000-000000000001';

let testDatabase: TestDatabase;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
});

afterAll(() => testDatabase.drop());

/** Loses the network in a transaction, just before `copy`; resolves when the connection is closed and its end was told. */
async function copyWithoutNetwork(copy: (tx: Transaction) => Promise<unknown>): Promise<unknown> {
  const relay = await TcpRelay.before(testDatabase.url);
  const { database, close } = await openDatabase(relay.url, { statementTimeoutMs: 100 });
  try {
    const outcome = await attempt(database, (tx) => {
      relay.block();
      return copy(tx);
    });
    await vi.waitUntil(() => database.pool().totalCount === 0, { timeout: 10_000, interval: 10 });
    return outcome;
  } finally {
    await close();
    await relay.cut();
  }
}

function attempt(database: DatabaseService, work: (tx: Transaction) => Promise<unknown>): Promise<unknown> {
  return database.inTransaction([userId], work).catch(classifyFault);
}

// The driver tells such a copy of two errors: that no answer came in time, and that its connection was closed. The second
// one ends the process where nobody listens for it.
test('rows that are copied when the network is lost fail once, as what may be tried again', async () => {
  const batch = heartRates([['2026-03-01T08:00:00Z', 61]]);
  const copy = (tx: Transaction) =>
    appendRows(tx.client, [{ userId, ingestionSeq: '1', batch }], [{ member: 0, rows: Uint32Array.of(0) }]);
  expect(await copyWithoutNetwork(copy)).toBe('unavailable');
});

test('a page that is copied when the network is lost fails once, as what may be tried again', async () => {
  const copy = (tx: Transaction) => copyPage(tx, 'COPY (SELECT 1) TO STDOUT');
  expect(await copyWithoutNetwork(copy)).toBe('unavailable');
});
