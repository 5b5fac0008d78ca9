import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { heartRateFamily, quantityFamily, workoutFamily } from '../../../src/catalogue/families';
import { batchOf, heartRates, type OpenWriter, openWriter, totals } from './open-writer';

let writer: OpenWriter;

beforeAll(async () => {
  writer = await openWriter();
});

afterAll(() => writer.close());

const hourMs = 3_600_000;
const noon = Date.parse('2026-03-01T12:00:00Z');

describe('one person, one ingestion after another', () => {
  test('counts what is new, what is the same and what is corrected', async () => {
    const userId = randomUUID();
    const sent: [number, number][] = Array.from({ length: 10 }, (_, i) => [noon + i * 60_000, 60 + i]);
    expect(totals(await writer.write(userId, 1, heartRates(sent)))).toEqual([10, 0, 0]);
    expect(totals(await writer.write(userId, 2, heartRates(sent)))).toEqual([0, 0, 10]);
    const corrected = sent.map(([at, value], i): [number, number] => [at, i < 3 ? value + 0.5 : value]);
    expect(totals(await writer.write(userId, 3, heartRates([...corrected, [noon - 60_000, 59]])))).toEqual([1, 3, 7]);

    const rows = await writer.rowsOf('heart_rate_metrics', userId);
    const bookkeeping = rows.map(({ value, ingestion_seq, revision }) => [value, ingestion_seq, revision]);
    expect(bookkeeping.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
      [59, '3', 0],
      [60.5, '3', 1],
      [61.5, '3', 1],
      [62.5, '3', 1],
      ...[63, 64, 65, 66, 67, 68, 69].map((value) => [value, '1', 0]),
    ]);
  });

  test('an ingestion that is older than what is stored changes nothing, and the same one again may correct itself', async () => {
    const userId = randomUUID();
    await writer.write(userId, 7, heartRates([[noon, 70]]));
    expect(
      totals(
        await writer.write(
          userId,
          6,
          heartRates([
            [noon, 60],
            [noon + 1000, 61],
          ]),
        ),
      ),
    ).toEqual([1, 0, 1]);
    expect(totals(await writer.write(userId, 7, heartRates([[noon, 71]])))).toEqual([0, 1, 0]);
    const rows = await writer.rowsOf('heart_rate_metrics', userId);
    expect(rows.map((row) => row['value']).sort()).toEqual([61, 71]);
  });

  test('the revision stops where its type ends', async () => {
    const userId = randomUUID();
    await writer.write(userId, 1, heartRates([[noon, 70]]));
    await writer.pool.query('UPDATE heart_rate_metrics SET revision = 32767 WHERE user_id = $1', [userId]);
    expect(totals(await writer.write(userId, 2, heartRates([[noon, 71]])))).toEqual([0, 1, 0]);
  });

  test('a key sent twice in one body counts as if sent one after another, the last one wins', async () => {
    const userId = randomUUID();
    const twice: [number, number][] = [
      [noon, 1],
      [noon + 1, 5],
      [noon, 2],
      [noon, 2],
      [noon, 3],
    ];
    expect(totals(await writer.write(userId, 1, heartRates(twice)))).toEqual([2, 2, 1]);
    expect(totals(await writer.write(userId, 2, heartRates(twice)))).toEqual([0, 3, 2]);
    expect(
      totals(
        await writer.write(
          userId,
          3,
          heartRates([
            [noon, 3],
            [noon, 3],
          ]),
        ),
      ),
    ).toEqual([0, 0, 2]);
    await writer.write(userId, 9, heartRates([[noon, 9]]));
    expect(totals(await writer.write(userId, 8, heartRates(twice)))).toEqual([0, 0, 5]);
    const rows = await writer.rowsOf('heart_rate_metrics', userId);
    expect(rows.map((row) => row['value']).sort()).toEqual([5, 9]);
  });

  test('any number of rows to a statement gives the same account', async () => {
    const sent: [number, number][] = Array.from({ length: 10 }, (_, i) => [noon + (i % 7) * 1000, i]);
    for (const chunkRows of [1, 2, 3, 6, 7, 8]) {
      const userId = randomUUID();
      expect(totals(await writer.write(userId, 1, heartRates(sent), chunkRows))).toEqual([7, 3, 0]);
      expect(totals(await writer.write(userId, 2, heartRates(sent.slice(3)), chunkRows))).toEqual([0, 0, 7]);
      expect(await writer.rowsOf('heart_rate_metrics', userId)).toHaveLength(7);
    }
  });

  test('an empty batch is no work', async () => {
    expect(totals(await writer.write(randomUUID(), 1, heartRates([])))).toEqual([0, 0, 0]);
  });

  test('one batch may span all time: far past, turns of months and years, 48 hours ahead', async () => {
    const userId = randomUUID();
    const instants = [
      '0001-01-01T00:00:00Z',
      '1900-01-01T00:00:00Z',
      '1999-12-31T23:59:59.999Z',
      '2010-06-15T12:00:00Z',
      '2013-12-31T23:59:59.999Z',
      '2014-01-01T00:00:00Z',
      '2020-02-29T23:59:59.999Z',
      ...['-01-31', '-02-01'].map((day) => `${new Date().getUTCFullYear()}${day}T00:00:00Z`),
      Date.now(),
      Date.now() + 48 * hourMs,
    ];
    const batch = heartRates(instants.map((at, i) => [at, i]));
    expect(totals(await writer.write(userId, 1, batch, 3))).toEqual([instants.length, 0, 0]);
    expect(totals(await writer.write(userId, 2, batch))).toEqual([0, 0, instants.length]);
    const { rows } = await writer.pool.query(
      `SELECT to_char(recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at FROM heart_rate_metrics
        WHERE user_id = $1 ORDER BY recorded_at`,
      [userId],
    );
    expect(rows.map((row) => row.at)).toEqual(instants.map((at) => new Date(at).toISOString()));
  });

  test('the same keys of another person are other rows', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    await writer.write(one, 1, heartRates([[noon, 60]]));
    expect(totals(await writer.write(other, 2, heartRates([[noon, 61]])))).toEqual([1, 0, 0]);
    expect(await writer.rowsOf('heart_rate_metrics', one)).toMatchObject([{ value: 60 }]);
  });

  test('source, granularity and context tell apart what happens at one instant', async () => {
    const userId = randomUUID();
    const row = {
      metric_id: 1,
      recorded_at: noon,
      source: '',
      granularity: 0,
      context: '',
      value: 4,
      zone_offset_minutes: 0,
      flags: 0,
    };
    const rows = [
      row,
      { ...row, source: 'Pump' },
      { ...row, granularity: 3 },
      { ...row, context: 'bolus' },
      { ...row, metric_id: 2 },
    ];
    const counts = await writer.write(userId, 1, batchOf(quantityFamily, rows));
    expect(counts).toEqual(
      new Map([
        [1, { stored: 4, updated: 0, unchanged: 0 }],
        [2, { stored: 1, updated: 0, unchanged: 0 }],
      ]),
    );
  });

  test('json that only differs in the order of its keys is the same, bytes that differ are not', async () => {
    const userId = randomUUID();
    const workout = {
      id: randomUUID(),
      name: 'Run',
      source: '',
      started_at: noon,
      ended_at: noon + hourMs,
      is_indoor: false,
      details: '{"a":1,"b":[1,2]}',
      route: Buffer.of(1, 2, 3),
      route_points: 1,
      series_points: 0,
      zone_offset_minutes: 0,
      flags: 0,
    };
    const write = (seq: number, changed: object) =>
      writer.write(userId, seq, batchOf(workoutFamily, [{ ...workout, ...changed }])).then(totals);
    expect(await write(1, {})).toEqual([1, 0, 0]);
    expect(await write(2, { details: '{"b":[1,2],"a":1.0}' })).toEqual([0, 0, 1]);
    expect(await write(3, { route: Buffer.of(1, 2, 4) })).toEqual([0, 1, 0]);
    expect(await write(4, { route: null })).toEqual([0, 1, 0]);
    expect(await write(5, { route: null, is_indoor: null })).toEqual([0, 1, 0]);
  });

  test('a row that the table refuses leaves nothing of its batch behind', async () => {
    const userId = randomUUID();
    const good = { recorded_at: noon, source: '', granularity: 0, value: 60, zone_offset_minutes: 0, flags: 0 };
    const batch = batchOf(heartRateFamily, [good, { ...good, recorded_at: noon + 1000, value: null }]);
    await expect(writer.write(userId, 1, batch, 1)).rejects.toMatchObject({ code: '23502' });
    expect(await writer.rowsOf('heart_rate_metrics', userId)).toEqual([]);
  });
});
