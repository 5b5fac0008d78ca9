import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cell } from '../../../src/batch/column-batch';
import { findNewRows } from '../../../src/batch/find-new-rows';
import { writeGroup } from '../../../src/batch/write-group';
import {
  bloodPressureFamily,
  heartRateFamily,
  quantityFamily,
  sleepSegmentFamily,
} from '../../../src/catalogue/families';
import type { Family } from '../../../src/catalogue/family';
import { batchOf, heartRates, type OpenWriter, openWriter, totals, writeMember } from './open-writer';

let writer: OpenWriter;

beforeAll(async () => {
  writer = await openWriter();
});

afterAll(() => writer.close());

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const maybe = (cell: fc.Arbitrary<Cell>) => fc.option(cell, { freq: 3 });
const text = fc
  .string({ unit: 'binary', maxLength: 40 })
  .filter((value) => value.isWellFormed() && !value.includes('\0'));
const small = fc.integer({ min: 0, max: 6 });
const details = fc.option(
  fc.jsonValue({ stringUnit: 'grapheme' }).map((value) => JSON.stringify(value)),
  { freq: 3 },
);
const offset = fc.integer({ min: -840, max: 840 });

/** The cells of each family beside `recorded_at`. */
const cellsOf = new Map<Family, Record<string, fc.Arbitrary<Cell>>>([
  [heartRateFamily, { source: text, granularity: small, value: number, min: maybe(number), max: maybe(number) }],
  [bloodPressureFamily, { source: text, granularity: small, systolic: number, diastolic: number }],
  [
    quantityFamily,
    {
      metric_id: fc.integer({ min: 1, max: 3 }),
      source: text,
      granularity: small,
      context: text,
      value: number,
      min: maybe(number),
      max: maybe(number),
      details,
    },
  ],
  [
    sleepSegmentFamily,
    { source: text, stage: text, ended_at: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 6, 1) }) },
  ],
]);

/** Distinct instants of several months, with fractions of a ms, so that every row is one of its own. */
function rowsOf(family: Family): fc.Arbitrary<Record<string, Cell>[]> {
  const cells = fc.record({ ...cellsOf.get(family), zone_offset_minutes: offset, flags: small }) as fc.Arbitrary<
    Record<string, Cell>
  >;
  return fc
    .array(cells, { minLength: 250, maxLength: 300 })
    .map((rows) =>
      rows.map((row, i) => ({ ...row, recorded_at: Date.UTC(2026, i % 6, 3) + i * 60_000 + (i % 8) / 8 })),
    );
}

const withoutOwner = (rows: Record<string, unknown>[]) =>
  rows.map(({ user_id: _, ...row }) => row).sort((a, b) => Number(a['recorded_at']) - Number(b['recorded_at']));

describe.each([...cellsOf.keys()])('rows of $name', (family) => {
  test('that are appended are those that an upsert would have written', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(family), async (rows) => {
        const [appending, upserting] = [randomUUID(), randomUUID()];
        const batch = batchOf(family, rows);
        const members = [appending, upserting].map((userId) => ({ userId, ingestionSeq: '9007199254740993', batch }));
        const counts = await writer.inTransaction(async (client) => {
          const newRows = await findNewRows(client, [members[0] as (typeof members)[0]]);
          expect(newRows?.[0]?.every((isNew) => isNew === 1)).toBe(true);
          return [
            ...(await writeGroup(client, members.slice(0, 1), { chunkRows: 100, newRows })),
            ...(await writeGroup(client, members.slice(1), { chunkRows: 100, newRows: null })),
          ];
        });
        expect(counts[0]).toEqual(counts[1]);
        const [appended, upserted] = await Promise.all([
          writer.rowsOf(family.table, appending),
          writer.rowsOf(family.table, upserting),
        ]);
        expect(appended).toHaveLength(rows.length);
        expect(withoutOwner(appended)).toEqual(withoutOwner(upserted));
      }),
      { seed: 20_261_126, numRuns: 5 },
    );
  });
});

describe('what is new for sure', () => {
  const at = (minute: number): string => new Date(Date.UTC(2026, 2, 1, 0, minute)).toISOString();
  const series = (from: number, to: number): [string, number][] =>
    Array.from({ length: to - from }, (_, i) => [at(from + i), 60]);

  async function newRowsOf(userId: string, rows: [string, number][]): Promise<number[]> {
    const member = { userId, ingestionSeq: '9', batch: heartRates(rows) };
    const newRows = await writer.inTransaction((client) => findNewRows(client, [member]));
    return [...(newRows?.[0] ?? [])];
  }

  test('is what lies after the newest stored sample in the range of the batch', async () => {
    const userId = randomUUID();
    await writer.write(userId, 1, heartRates(series(0, 10)));
    expect(await newRowsOf(userId, series(8, 12))).toEqual([0, 0, 1, 1]);
    expect(await newRowsOf(userId, series(20, 22))).toEqual([1, 1]);
    expect(
      await newRowsOf(userId, [
        [at(-3), 60],
        [at(-1), 60],
      ]),
    ).toEqual([1, 1]);
    // Of two rows it is asked for one stored sample, and nothing is known of what lies before that.
    expect(
      await newRowsOf(userId, [
        [at(-3), 60],
        [at(30), 60],
      ]),
    ).toEqual([0, 1]);
    expect(await newRowsOf(randomUUID(), series(0, 2))).toEqual([1, 1]);
  });

  test('is what lies in the gaps between a few stored samples', async () => {
    const userId = randomUUID();
    await writer.write(userId, 1, heartRates([20, 40, 60].map((minute) => [at(minute), 60])));
    const isNew = await newRowsOf(userId, series(0, 256));
    expect(isNew.flatMap((each, minute) => (each === 0 ? [minute] : []))).toEqual([20, 40, 60]);
    // PostgreSQL keeps microseconds: what it rounded to one side or the other is the same sample.
    const whole = { source: 'Watch', granularity: 0, value: 60, zone_offset_minutes: 60, flags: 0 };
    const fractions = [0.0004, 0.0006, 0.9994, 0.9996].map((ms, i) => ({
      ...whole,
      recorded_at: Date.parse(at(80 + i)) + ms,
    }));
    await writer.write(userId, 2, batchOf(heartRateFamily, fractions));
    const later = series(90, 490).map(([instant]) => ({ ...whole, recorded_at: Date.parse(instant) }));
    const batch = batchOf(heartRateFamily, [...fractions, ...later]);
    const member = { userId, ingestionSeq: '3', batch };
    const [found] = (await writer.inTransaction((client) => findNewRows(client, [member]))) ?? [];
    expect([...(found ?? [])].slice(0, 5)).toEqual([0, 0, 0, 0, 1]);
  });

  test('is what lies in the gaps between many, where those are not samples that come again', async () => {
    const userId = randomUUID();
    const halfPast = (minute: number): string => new Date(Date.parse(at(minute)) + 30_000).toISOString();
    const stored = Array.from({ length: 500 }, (_, i): [string, number] => [halfPast(i), 60]);
    await writer.write(userId, 1, heartRates([...stored, [at(7), 60]]));
    const isNew = await newRowsOf(userId, series(0, 1200));
    expect(isNew.flatMap((each, minute) => (each === 0 ? [minute] : []))).toEqual([7]);
    // More than there are rows is not asked for: what lies before is compared one by one.
    const others = Array.from({ length: 1500 }, (_, i): [string, number] => [
      new Date(Date.parse(at(0)) + 100 + i * 40_000).toISOString(),
      60,
    ]);
    await writer.write(userId, 2, heartRates(others));
    expect(totals(await writer.write(userId, 3, heartRates(series(0, 1200))))).toEqual([1199, 0, 1]);
  });

  test('a window that overlaps is counted exactly, whichever way each row went', async () => {
    const userId = randomUUID();
    await writer.write(userId, 1, heartRates(series(0, 500)));
    expect(totals(await writer.write(userId, 2, heartRates(series(250, 1000))))).toEqual([500, 0, 250]);
    const repeated: [string, number][] = [...series(900, 1400), [at(1399), 61], [at(1399), 61], [at(1300), 99]];
    expect(totals(await writer.write(userId, 3, heartRates(repeated)))).toEqual([400, 2, 101]);
    expect(await writer.rowsOf('heart_rate_metrics', userId)).toHaveLength(1400);
  });

  test('was there after all: the database refuses the whole transaction', async () => {
    const userId = randomUUID();
    await writer.write(userId, 1, heartRates(series(0, 300)));
    const appendAnyway = writer.inTransaction((client) => {
      const batch = heartRates(series(0, 300));
      const newRows = [new Uint8Array(batch.length).fill(1)];
      return writeGroup(client, [{ userId, ingestionSeq: '2', batch }], { chunkRows: 8000, newRows });
    });
    await expect(appendAnyway).rejects.toMatchObject({ code: '23505' });
  });

  test('of several users in one group is told apart', async () => {
    const users = [randomUUID(), randomUUID(), randomUUID()].sort();
    await writer.write(users[1] as string, 1, heartRates(series(0, 300)));
    const counts = await writer.inTransaction(async (client) => {
      const members = users.map((userId, i) => ({ userId, ingestionSeq: '2', batch: heartRates(series(0, 200 + i)) }));
      const newRows = await findNewRows(client, members);
      return writeGroup(client, members, { chunkRows: 150, newRows });
    });
    expect(counts.map(totals)).toEqual([
      [200, 0, 0],
      [0, 0, 201],
      [202, 0, 0],
    ]);
    expect(
      totals(
        await writer.inTransaction((client) =>
          writeMember(client, { userId: users[2] as string, ingestionSeq: '3', batch: heartRates(series(0, 202)) }),
        ),
      ),
    ).toEqual([0, 0, 202]);
  });
});
