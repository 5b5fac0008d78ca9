import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CountsByLine } from '../../../src/batch/write-counts';
import { writeGroup } from '../../../src/batch/write-group';
import { PieceRepository } from '../../../src/database/piece.repository';
import { IngestionRepository } from '../../../src/ingest/store/ingestion.repository';
import { createTestDatabase } from '../../support/test-database';
import { openDatabase } from '../database/open-database';
import { heartRates, type OpenWriter, openWriter, totals, writeMember } from './open-writer';

let writer: OpenWriter;

beforeAll(async () => {
  writer = await openWriter(4);
});

afterAll(() => writer.close());

const startAt = Date.parse('2026-03-01T00:00:00Z');

/** The same keys in another order and with other values each time. */
function shuffled(rows: number, round: number): [number, number][] {
  const step = [1, 7, 11, 13][round % 4] as number;
  return Array.from({ length: rows }, (_, i) => [startAt + ((i * step + round) % rows) * 1000, round]);
}

describe('writers of the same keys, each in an order of its own', () => {
  test('under the advisory lock come one after another, and their counts are exact', async () => {
    const userId = randomUUID();
    const counts = await Promise.all(
      [0, 1, 2, 3].map((round) => writer.write(userId, round + 1, heartRates(shuffled(1000, round)), 100)),
    );
    const sums = counts.map(totals);
    expect(sums.filter(([stored]) => stored === 1000)).toHaveLength(1);
    // One that comes after a later one changes nothing.
    for (const [stored, updated, unchanged] of sums) {
      expect([stored, updated, unchanged].sort((a, b) => a - b)).toEqual([0, 0, 1000]);
    }
  });

  test('without it do not deadlock either, because rows are taken in the order of their keys', async () => {
    for (let attempt = 0; attempt < 5; attempt++) {
      const userId = randomUUID();
      const results = await Promise.all(
        [0, 1, 2, 3].map((round) =>
          writer.inTransaction((client) => {
            const member = { userId, ingestionSeq: '1', batch: heartRates(shuffled(1000, round)) };
            return writeGroup(client, [member], { chunkRows: 50, newRows: null });
          }),
        ),
      );
      expect(results.map(([counts]) => totals(counts as CountsByLine)).reduce((sum, [stored]) => sum + stored, 0)).toBe(
        1000,
      );
      expect(await writer.rowsOf('heart_rate_metrics', userId)).toHaveLength(1000);
    }
  });
});

test('20 people with 50 overlapping batches each, two at a time: every count is exact and nothing deadlocks', async () => {
  const people = 20;
  const batches = 50;
  const rowsOfBatch = 20;
  const step = 5;
  const testDatabase = await createTestDatabase();
  const { database, close } = await openDatabase(testDatabase.url);
  const ingestions = new IngestionRepository(database, new PieceRepository(database));

  async function send(userId: string, batch: number): Promise<[number, number, number]> {
    const ingestionSeq = await ingestions.drawSeq();
    const minutes = Array.from({ length: rowsOfBatch }, (_, i) => batch * step + i);
    // The value depends on the minute alone, so that what is sent again is the same whoever was first.
    const rows = minutes.map((minute): [number, number] => [startAt + minute * 60_000, 60 + (minute % 7)]);
    return await database.inLockedTransaction([userId], async (tx) =>
      totals(await writeMember(tx.client, { userId, ingestionSeq, batch: heartRates(rows) }, 8)),
    );
  }

  async function lane(userId: string, first: number): Promise<[number, number, number][]> {
    const counts: [number, number, number][] = [];
    for (let batch = first; batch < batches; batch += 2) counts.push(await send(userId, batch));
    return counts;
  }

  try {
    const users = Array.from({ length: people }, () => randomUUID());
    const sums = await Promise.all(
      users.map(async (userId) => (await Promise.all([lane(userId, 0), lane(userId, 1)])).flat()),
    );
    const distinct = (batches - 1) * step + rowsOfBatch;
    for (const i of users.keys()) {
      const [stored, updated, unchanged] = [0, 1, 2].map((k) =>
        (sums[i] as [number, number, number][]).reduce((sum, counts) => sum + (counts[k] as number), 0),
      );
      expect([stored, updated, unchanged]).toEqual([distinct, 0, batches * rowsOfBatch - distinct]);
    }
    const [row] = await database.inReadOnlyTransaction([], (tx) =>
      tx.query('SELECT count(*)::int AS rows FROM heart_rate_metrics'),
    );
    expect(row).toEqual({ rows: people * distinct });
  } finally {
    await close();
    await testDatabase.drop();
  }
});
