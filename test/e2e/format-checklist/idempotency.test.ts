import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everythingCount, exportOfEverything } from '../../support/export-of-everything';
import { metric, metricsBody, oneMetric, secondOf } from '../../support/health-export';
import { type Service, startService } from '../../support/service';
import { countAllRows, storedRows } from '../../support/stored-rows';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const rate = (n: number, qty: number): Record<string, unknown> => ({ date: secondOf(n), qty, source: 'Watch' });
const everything = exportOfEverything();
const corrected = exportOfEverything(1);

/** The same JSON value with the keys of every object in the opposite order. */
function withKeysReversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withKeysReversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, withKeysReversed(member)]),
  );
}

describe('a body that comes again', () => {
  test('same body twice: everything is unchanged, in every table', async () => {
    const phone = await service.newPhone();
    const first = await phone.post(everything);
    expect(first.json).toMatchObject({ received: everythingCount, stored: everythingCount, rejections: [] });
    const before = await countAllRows(service);
    const again = await phone.post(everything);
    expect(again.json).toMatchObject({ received: everythingCount, stored: 0, updated: 0, unchanged: everythingCount });
    const after = await countAllRows(service);
    expect(after).toEqual({ ...before, raw_ingestions: (before['raw_ingestions'] ?? 0) + 1 });
  });

  test('same content other key order: everything is unchanged', async () => {
    const phone = await service.newPhone();
    await phone.post(everything);
    const { json } = await phone.post(withKeysReversed(everything));
    expect(json).toMatchObject({ received: everythingCount, unchanged: everythingCount });
  });

  test('another user with the same body has data of their own', async () => {
    const [one, other] = await Promise.all([service.newPhone(), service.newPhone()]);
    await one.post(everything);
    expect((await other.post(everything)).json).toMatchObject({ stored: everythingCount });
  });

  test('a sample without a source is not the one with a source', async () => {
    const phone = await service.newPhone();
    const { source: _, ...withoutSource } = rate(1, 60);
    const { json } = await phone.post(oneMetric('heart_rate', 'bpm', withoutSource, rate(1, 60)));
    expect(json).toMatchObject({ stored: 2 });
  });
});

describe('corrections', () => {
  test('overlapping windows with grown values: the last sent value is kept', async () => {
    const phone = await service.newPhone();
    const day = (qty: number, n: number): unknown => ({ date: `2024-05-0${n} 00:00:00 +0200`, qty, source: 'Watch' });
    const post = (...points: unknown[]) => phone.post(oneMetric('step_count', 'count', ...points));
    expect((await post(day(9000, 1), day(100, 2))).json).toMatchObject({ stored: 2 });
    expect((await post(day(9000, 1), day(4000, 2))).json).toMatchObject({ unchanged: 1, updated: 1 });
    expect((await post(day(7500, 2), day(10, 3))).json).toMatchObject({ updated: 1, stored: 1 });
    const rows = await storedRows(service, phone.userId, 'quantity_metrics');
    expect(rows.map(({ value, revision }) => [value, revision])).toEqual([
      [9000, 0],
      [7500, 2],
      [10, 0],
    ]);
  });

  test('a value may also shrink, and a min and max come or go', async () => {
    const phone = await service.newPhone();
    const send = async (values: object) =>
      (await phone.post(oneMetric('heart_rate', 'bpm', { date: secondOf(1), ...values }))).json;
    expect(await send({ qty: 60 })).toMatchObject({ stored: 1 });
    expect(await send({ qty: 50 })).toMatchObject({ updated: 1 });
    expect(await send({ Min: 40, Avg: 50, Max: 60 })).toMatchObject({ updated: 1 });
    expect(await send({ Min: 40, Avg: 50, Max: 61 })).toMatchObject({ updated: 1 });
    expect(await send({ qty: 50 })).toMatchObject({ updated: 1 });
    expect(await storedRows(service, phone.userId, 'heart_rate_metrics')).toMatchObject([
      { value: 50, min: null, max: null },
    ]);
  });

  test('the same value in another unit is unchanged', async () => {
    const phone = await service.newPhone();
    await phone.post(oneMetric('walking_running_distance', 'km', rate(1, 1.5)));
    expect((await phone.post(oneMetric('walking_running_distance', 'm', rate(1, 1500)))).json).toMatchObject({
      unchanged: 1,
    });
  });

  test('a newer payload with other values updates every kind but a sleep segment, which is nothing but its key', async () => {
    const phone = await service.newPhone();
    await phone.post(everything);
    const { json } = await phone.post(corrected);
    expect(json).toMatchObject({ received: everythingCount, updated: everythingCount - 1, unchanged: 1 });
  });

  test('older payload processed after newer: out-of-order work does not overwrite', async () => {
    const phone = await service.newPhone();
    await phone.post(everything);
    // What a newer ingestion leaves behind: rows with a higher number than the one about to come.
    const tables = [
      'heart_rate_metrics',
      'quantity_metrics',
      'blood_pressure_metrics',
      'sleep_segments',
      'sleep_metrics',
      'workouts',
      'health_events',
      'ecg_recordings',
    ];
    for (const table of tables) {
      await service.sql(`UPDATE ${table} SET ingestion_seq = ingestion_seq + 1000000 WHERE user_id = $1`, [
        phone.userId,
      ]);
    }
    const snapshot = async (): Promise<unknown[][]> => {
      const rows: unknown[][] = [];
      for (const table of tables) {
        rows.push(
          await service.sql(`SELECT * FROM ${table} WHERE user_id = $1 ORDER BY 1, 2, 3, 4, 5`, [phone.userId]),
        );
      }
      return rows;
    };
    const before = await snapshot();
    const { json } = await phone.post(corrected);
    expect(json).toMatchObject({ received: everythingCount, unchanged: everythingCount });
    expect(await snapshot()).toEqual(before);
  });
});

describe('duplicates inside one statement', () => {
  test('count as if sent one after another, last wins', async () => {
    const phone = await service.newPhone();
    const points = [rate(1, 60), rate(2, 70), rate(1, 61), rate(1, 61), rate(1, 62), rate(2, 70)];
    const { json } = await phone.post(oneMetric('heart_rate', 'bpm', ...points));
    expect(json).toMatchObject({ received: 6, stored: 2, updated: 2, unchanged: 2, rejected: 0 });
    const rows = await storedRows(service, phone.userId, 'heart_rate_metrics');
    expect(rows.map(({ value }) => value)).toEqual([62, 70]);
  });

  test('back to the value that was stored before: two updates', async () => {
    const phone = await service.newPhone();
    await phone.post(oneMetric('heart_rate', 'bpm', rate(1, 60)));
    const { json } = await phone.post(oneMetric('heart_rate', 'bpm', rate(1, 61), rate(1, 60)));
    expect(json).toMatchObject({ received: 2, stored: 0, updated: 2, unchanged: 0 });
  });

  test('of every other kind', async () => {
    const phone = await service.newPhone();
    const doubled = Object.fromEntries(
      Object.entries(everything.data).map(([name, items]) => [name, [...items, ...items]]),
    );
    const { json } = await phone.post({ data: doubled });
    expect(json).toMatchObject({ received: 2 * everythingCount, stored: everythingCount, unchanged: everythingCount });
  });

  test('further apart than one statement takes (8,000 rows)', async () => {
    const phone = await service.newPhone();
    const points = Array.from({ length: 9000 }, (_, n) => rate(n, 60));
    const { json } = await phone.post(
      oneMetric('heart_rate', 'bpm', ...points, ...points.slice(0, 500), rate(8999, 61)),
    );
    expect(json).toMatchObject({ received: 9501, stored: 9000, unchanged: 500, updated: 1 });
  });
});

test('two workers same key in other order: no deadlock, and the newer ingestion wins', {
  timeout: 60_000,
}, async () => {
  const phone = await service.newPhone();
  const other = await startService({}, { beside: service });
  try {
    for (let round = 0; round < 5; round++) {
      const bodies = Array.from({ length: 6 }, (_, sender) => {
        const points = Array.from({ length: 300 }, (_, n) => rate(n, 60 + sender + round * 10));
        const blocks = [metric('heart_rate', 'bpm', points), metric('respiratory_rate', 'count/min', points)];
        if (sender % 2 === 1) points.reverse();
        return metricsBody(...(sender % 2 === 1 ? blocks.reverse() : blocks));
      });
      const workers = [phone, phone.at(other.port)] as const;
      const answers = await Promise.all(bodies.map((body, n) => workers[n % 2 === 0 ? 0 : 1].post(body)));
      expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 200));
      const [newest] = await service.sql<{ id: string }>(
        'SELECT id FROM raw_ingestions WHERE user_id = $1 ORDER BY ingestion_seq DESC LIMIT 1',
        [phone.userId],
      );
      const winner = answers.findIndex(({ json }) => json.ingestionId === newest?.id);
      for (const table of ['heart_rate_metrics', 'quantity_metrics'] as const) {
        const rows = await storedRows(service, phone.userId, table);
        expect(new Set(rows.map(({ value }) => value))).toEqual(new Set([60 + winner + round * 10]));
      }
      const sum = (name: 'stored' | 'updated' | 'unchanged') =>
        answers.reduce((total, { json }) => total + json[name], 0);
      expect(sum('stored')).toBe(round === 0 ? 600 : 0);
      expect(sum('stored') + sum('updated') + sum('unchanged')).toBe(3600);
    }
  } finally {
    await other.stop();
  }
});
