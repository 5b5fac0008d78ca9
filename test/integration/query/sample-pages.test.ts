import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertRows } from './insert-row';
import { type OpenQuery, openQuery, type Person } from './open-query';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
});

afterAll(() => query?.close());

describe('pages', () => {
  const path = '/v1/metrics/oxygen_saturation';
  const at = (i: number) => `2026-03-01T00:00:0${i}Z`;
  const oxygen = (i: number, source: string, value: number) => ({
    recorded_at: at(i),
    source,
    granularity: 0,
    metric_id: 109,
    value,
  });

  beforeAll(async () => {
    // Two sources an instant, and three rows within one millisecond.
    for (let i = 0; i < 6; i++)
      await insertRows(query, 'quantity_metrics', query.me, oxygen(i, 'A', 90 + i), oxygen(i, 'B', 80 + i));
    for (const us of ['000001', '000002', '000999']) {
      await insertRows(query, 'quantity_metrics', query.me, {
        ...oxygen(9, 'A', 99),
        recorded_at: `2026-03-01T00:00:09.${us}Z`,
      });
    }
  });

  async function readAll(parameters: string, between?: (page: number) => Promise<void>): Promise<number[]> {
    const all: number[] = [];
    let cursor = '';
    for (let page = 0; page < 50; page++) {
      const { status, body } = await query.get(`${path}?${parameters}${cursor}`);
      expect(status).toBe(200);
      all.push(...body.samples.map(({ value }: { value: number }) => value));
      if (body.nextCursor === null) return all;
      expect(body.samples.length).toBeGreaterThan(0);
      cursor = `&cursor=${body.nextCursor}`;
      await between?.(page);
    }
    throw new Error('there is no end');
  }

  test.each([1, 2, 3, 7, 14, 15, 16])('of %i make the whole, without gap or repetition, both ways', async (limit) => {
    const whole = (await query.get(path)).body.samples.map(({ value }: { value: number }) => value);
    expect(whole).toHaveLength(15);
    expect(await readAll(`limit=${limit}`)).toEqual(whole);
    expect(await readAll(`limit=${limit}&order=desc`)).toEqual([...whole].reverse());
  });

  test('of a filtered range stay in it', async () => {
    expect(await readAll(`limit=1&source=B&from=${at(1)}&to=${at(4)}`)).toEqual([81, 82, 83]);
  });

  test('are stable while rows arrive', async () => {
    const before = await readAll('limit=3');
    const seen = await readAll('limit=3', async (page) => {
      // One that belongs before the cursor and one behind everything.
      await insertRows(query, 'quantity_metrics', query.me, { ...oxygen(0, `early ${page}`, 1) });
      await insertRows(query, 'quantity_metrics', query.me, {
        ...oxygen(9, `late ${page}`, 2),
        recorded_at: '2026-03-02T00:00:00Z',
      });
    });
    expect(seen.filter((value) => value > 2)).toEqual(before);
    expect(seen.at(-1)).toBe(2);
    await query.sql("DELETE FROM quantity_metrics WHERE source ~ '^(early|late)'");
  });

  test('only go on with the question that they belong to', async () => {
    const { nextCursor } = (await query.get(`${path}?limit=2`)).body;
    const go = async (question: string, person?: Person) =>
      (await query.get(`${question}cursor=${nextCursor}`, person)).body.code ?? 'fine';
    expect(await go(`${path}?`)).toBe('fine');
    expect(await go(`${path}?limit=9&order=asc&`)).toBe('fine');
    for (const question of [
      `${path}?order=desc&`,
      `${path}?source=A&`,
      `${path}?granularity=raw&`,
      `${path}?to=2027-01-01&`,
    ]) {
      expect(await go(question)).toBe('cursor_invalid');
    }
    expect(await go('/v1/metrics/step_count?')).toBe('cursor_invalid');
    expect(await go('/v1/metrics/heart_rate?')).toBe('cursor_invalid');
    expect(await go('/v1/sleep?')).toBe('cursor_invalid');
    expect(await go(`${path}?`, query.other)).toBe('cursor_invalid');
  });
});
