import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { quantityFamily } from '../../../src/catalogue/families';
import { batchOf, type OpenWriter, openWriter, totals } from './open-writer';
import { quantitySampleAt } from './quantity-sample';

let writer: OpenWriter;

beforeAll(async () => {
  writer = await openWriter();
});

afterAll(() => writer.close());

const noon = Date.parse('2026-03-01T12:00:00Z');

const sample = quantitySampleAt(fc.constantFrom(noon, noon + 1000, Date.parse('1950-01-01T00:00:00Z')));
const ingestion = fc.record({
  seq: fc.integer({ min: 1, max: 5 }),
  chunkRows: fc.integer({ min: 1, max: 5 }),
  samples: fc.array(sample, { maxLength: 12 }),
});

/** Writes samples one after another, as the account says they count. */
function model(ingestions: readonly { seq: number; samples: readonly Record<string, unknown>[] }[]) {
  const rows = new Map<string, { seq: number; content: string }>();
  const accounts = ingestions.map(({ seq, samples }) => {
    const account: [number, number, number] = [0, 0, 0];
    for (const { metric_id, recorded_at, source, granularity, context, ...rest } of samples) {
      const key = JSON.stringify([metric_id, recorded_at, source, granularity, context]);
      const content = JSON.stringify(rest);
      const row = rows.get(key);
      if (row === undefined) account[0] += 1;
      else if (seq < row.seq || content === row.content) {
        account[2] += 1;
        continue;
      } else account[1] += 1;
      rows.set(key, { seq, content });
    }
    return account;
  });
  return { accounts, rows };
}

test('every account and every row is that of a simple model, whatever comes in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(ingestion, { minLength: 1, maxLength: 6 }), async (ingestions) => {
      const userId = randomUUID();
      const accounts: number[][] = [];
      for (const { seq, samples, chunkRows } of ingestions) {
        accounts.push(totals(await writer.write(userId, seq, batchOf(quantityFamily, samples), chunkRows)));
      }
      const expected = model(ingestions);
      expect(accounts).toEqual(expected.accounts);
      const stored = new Map(
        (await writer.rowsOf('quantity_metrics', userId)).map((row) => {
          const { metric_id, recorded_at, source, granularity, context, value, min, max, details } = row;
          const { zone_offset_minutes, flags, ingestion_seq } = row;
          const text = details === null ? null : JSON.stringify(details);
          return [
            JSON.stringify([metric_id, (recorded_at as Date).getTime(), source, granularity, context]),
            {
              seq: Number(ingestion_seq),
              content: JSON.stringify({ value, min, max, details: text, zone_offset_minutes, flags }),
            },
          ];
        }),
      );
      expect(stored).toEqual(expected.rows);
    }),
    { seed: 19, numRuns: 150 },
  );
});
