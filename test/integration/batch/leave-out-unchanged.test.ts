import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leaveOutUnchanged } from '../../../src/batch/leave-out-unchanged';
import { writeGroup } from '../../../src/batch/write-group';
import { quantityFamily } from '../../../src/catalogue/families';
import { batchOf, heartRates, type OpenWriter, openWriter, writeMember } from './open-writer';
import { quantitySampleAt } from './quantity-sample';

let writer: OpenWriter;

beforeAll(async () => {
  writer = await openWriter();
});

afterAll(() => writer.close());

const startMs = Date.UTC(2026, 2, 25);
const minutes = (from: number, to: number, value = 60): [number, number][] =>
  Array.from({ length: to - from }, (_, i) => [startMs + (from + i) * 60_000, value]);

/** How many rows remain to be upserted of a batch of heart rates. */
async function remaining(userId: string, rows: readonly [number, number][], ingestionSeq = '2'): Promise<number> {
  const batch = heartRates(rows);
  const parts = [{ member: 0, rows: Uint32Array.from(rows.keys()) }];
  const left = await writer.inTransaction((client) =>
    leaveOutUnchanged(client, [{ userId, ingestionSeq, batch }], parts),
  );
  return left.reduce((sum, part) => sum + part.rows.length, 0);
}

test('what is stored already does not go to the upsert', async () => {
  const userId = randomUUID();
  await writer.write(userId, 1, heartRates(minutes(0, 3000)));
  expect(await remaining(userId, minutes(0, 3000))).toBe(0);
  expect(await remaining(userId, minutes(0, 999))).toBe(999);
  // One that changed and two that are not stored.
  const resent = minutes(0, 3002);
  (resent[1500] as [number, number])[1] = 61;
  expect(await remaining(userId, resent)).toBe(3);
  // A later ingestion's rows are not replaced, whatever comes.
  expect(await remaining(userId, minutes(0, 2000, 99), '0')).toBe(0);
});

test('where the first rows change, the others are not compared', async () => {
  const userId = randomUUID();
  await writer.write(userId, 1, heartRates(minutes(0, 2000)));
  expect(await remaining(userId, [...minutes(0, 100, 61), ...minutes(100, 2000)])).toBe(2000);
  expect(await remaining(randomUUID(), minutes(0, 2000))).toBe(2000);
});

test('is told apart by user, in one group', async () => {
  const users = [randomUUID(), randomUUID()];
  await writer.write(users[0] as string, 1, heartRates(minutes(0, 1500)));
  await writer.write(users[1] as string, 1, heartRates(minutes(0, 1500, 70)));
  const members = users.map((userId) => ({ userId, ingestionSeq: '2', batch: heartRates(minutes(0, 1500)) }));
  const parts = members.map((_, member) => ({ member, rows: Uint32Array.from(Array(1500).keys()) }));
  const left = await writer.inTransaction((client) => leaveOutUnchanged(client, members, parts));
  expect(left.reduce((sum, { rows }) => sum + rows.length, 0)).toBe(1500);
  expect(left.every(({ member }) => member === 1)).toBe(true);
});

const sample = quantitySampleAt(fc.integer({ min: 0, max: 1500 }).map((minute) => startMs + minute * 600_000));

const withoutOwner = (rows: Record<string, unknown>[]) =>
  rows.map(({ user_id: _, ...row }) => JSON.stringify(row)).sort();

test('rows and counts are those of the upsert alone, whatever is sent again in whatever part', async () => {
  const sent = fc.record({
    seq: fc.integer({ min: 1, max: 3 }),
    // Of what the ingestion before brought, so much comes again, from there on.
    againFrom: fc.double({ min: 0, max: 1, noNaN: true }),
    samples: fc.array(sample, { minLength: 0, maxLength: 150 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(sample, { minLength: 1100, maxLength: 1400 }),
      fc.array(sent, { minLength: 2, maxLength: 3 }),
      async (first, ingestions) => {
        const [comparing, upserting] = [randomUUID(), randomUUID()];
        let rows = first;
        for (const { seq, againFrom, samples } of [{ seq: 2, againFrom: 0, samples: [] }, ...ingestions]) {
          rows = [...rows.slice(Math.floor(rows.length * againFrom * 0.2)), ...samples];
          const member = { ingestionSeq: String(seq), batch: batchOf(quantityFamily, rows) };
          const [ours, plain] = await writer.inTransaction(async (client) => [
            await writeMember(client, { userId: comparing, ...member }),
            (await writeGroup(client, [{ userId: upserting, ...member }], { chunkRows: 8000, newRows: null }))[0],
          ]);
          expect(ours).toEqual(plain);
        }
        const [a, b] = await Promise.all(
          [comparing, upserting].map((userId) => writer.rowsOf('quantity_metrics', userId)),
        );
        expect(withoutOwner(a ?? [])).toEqual(withoutOwner(b ?? []));
        expect(a?.length).toBeGreaterThan(800);
      },
    ),
    { seed: 20_261_127, numRuns: 6 },
  );
}, 60_000);
