import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSameNight, matchNights } from '../../../src/batch/match-nights';
import type { CountsByLine } from '../../../src/batch/write-counts';
import { sleepNightFamily } from '../../../src/catalogue/families';
import { uuidV5 } from '../../../src/common/uuid';
import { batchOf, type OpenWriter, openWriter, totals, writeMember } from './open-writer';

let writer: OpenWriter;

beforeAll(async () => {
  writer = await openWriter();
});

afterAll(() => writer.close());

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

interface Span {
  readonly startMs: number;
  readonly endMs: number;
  readonly source: string;
}

function span(start: string | number, end: string | number, source = 'Watch'): Span {
  return { startMs: new Date(start).getTime(), endMs: new Date(end).getTime(), source };
}

const nightsOf = (spans: readonly Span[]) =>
  batchOf(
    sleepNightFamily,
    spans.map(({ startMs, endMs, source }) => ({
      id: uuidV5('night', source, startMs, endMs),
      source,
      wake_date: Math.floor(endMs / dayMs),
      started_at: startMs,
      ended_at: endMs,
      total_sleep_hours: (endMs - startMs) / hourMs,
      zone_offset_minutes: 0,
      flags: 0,
    })),
  );

/** Sends nights as one ingestion, as the service does, and returns what the account says and which ids they got. */
function send(userId: string, seq: number, spans: readonly Span[]): Promise<{ counts: CountsByLine; ids: string[] }> {
  const batch = nightsOf(spans);
  const member = { userId, ingestionSeq: String(seq), batch };
  return writer.inTransaction(async (client) => {
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [userId]);
    const ids = await matchNights(client, member);
    expect(await matchNights(client, member), 'a transaction that is run again matches the same').toEqual(ids);
    return { counts: await writeMember(client, { ...member, batch: batch.withColumn('id', ids) }), ids };
  });
}

async function storedSpans(userId: string): Promise<string[]> {
  const rows = await writer.rowsOf('sleep_metrics', userId);
  const text = (value: unknown) => (value as Date).toISOString().slice(0, 16);
  return rows.map((row) => `${text(row['started_at'])} ${text(row['ended_at'])} ${row['source']}`).sort();
}

describe('a night', () => {
  test('that is sent again with another start and end is the same night', async () => {
    const userId = randomUUID();
    const first = await send(userId, 1, [span('2026-03-01T23:00Z', '2026-03-01T23:40Z')]);
    expect(totals(first.counts)).toEqual([1, 0, 0]);
    const grown = await send(userId, 2, [span('2026-03-01T23:00Z', '2026-03-02T03:00Z')]);
    const whole = await send(userId, 3, [span('2026-03-01T22:30Z', '2026-03-02T07:10Z')]);
    const again = await send(userId, 4, [span('2026-03-01T22:30Z', '2026-03-02T07:10Z')]);
    expect([grown, whole, again].map(({ counts }) => totals(counts))).toEqual([
      [0, 1, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect(new Set([first, grown, whole, again].flatMap(({ ids }) => ids)).size).toBe(1);
    expect(await storedSpans(userId)).toEqual(['2026-03-01T22:30 2026-03-02T07:10 Watch']);
  });

  test('and a nap of the same day, and the next night, are three', async () => {
    const userId = randomUUID();
    const spans = [
      span('2026-03-01T23:00Z', '2026-03-02T07:00Z'),
      span('2026-03-02T13:00Z', '2026-03-02T13:40Z'),
      span('2026-03-02T22:50Z', '2026-03-03T06:50Z'),
    ];
    expect(totals((await send(userId, 1, spans)).counts)).toEqual([3, 0, 0]);
    expect(totals((await send(userId, 2, [...spans].reverse())).counts)).toEqual([0, 0, 3]);
  });

  test('of another source is another night', async () => {
    const userId = randomUUID();
    const spans = ['Watch', 'Watch|iPhone', ''].map((source) => span('2026-03-01T23:00Z', '2026-03-02T07:00Z', source));
    expect(totals((await send(userId, 1, spans)).counts)).toEqual([3, 0, 0]);
  });

  test.each([
    ['begins', '2026-03-28T23:10:00+01:00', '2026-03-29T07:50:00+02:00'],
    ['ends', '2026-10-24T23:10:00+02:00', '2026-10-25T07:50:00+01:00'],
  ])('in which summer time %s is one night', async (_name, start, end) => {
    const userId = randomUUID();
    await send(userId, 1, [span(start, end)]);
    expect(totals((await send(userId, 2, [span(Date.parse(start) + 20 * minuteMs, end)])).counts)).toEqual([0, 1, 0]);
  });

  test('that a later ingestion holds stays as it is', async () => {
    const userId = randomUUID();
    await send(userId, 9, [span('2026-03-01T22:30Z', '2026-03-02T07:10Z')]);
    const late = await send(userId, 8, [
      span('2026-03-01T23:00Z', '2026-03-02T03:00Z'),
      span('2026-03-02T13:00Z', '2026-03-02T13:40Z'),
    ]);
    expect(totals(late.counts)).toEqual([1, 0, 1]);
    expect(await storedSpans(userId)).toEqual([
      '2026-03-01T22:30 2026-03-02T07:10 Watch',
      '2026-03-02T13:00 2026-03-02T13:40 Watch',
    ]);
  });

  test('that one body sends several times counts as if sent one after another', async () => {
    const userId = randomUUID();
    const spans = [
      span('2026-03-01T23:00Z', '2026-03-02T03:00Z'),
      span('2026-03-01T23:00Z', '2026-03-02T07:00Z'),
      span('2026-03-01T23:00Z', '2026-03-02T07:00Z'),
    ];
    expect(totals((await send(userId, 1, spans)).counts)).toEqual([1, 1, 1]);
    expect(await storedSpans(userId)).toEqual(['2026-03-01T23:00 2026-03-02T07:00 Watch']);
  });

  test('is not lost in a week, a month or a year that the phone added up', async () => {
    const userId = randomUUID();
    const nights = Array.from({ length: 7 }, (_, i) => {
      const start = Date.parse('2026-03-01T23:00Z') + i * dayMs;
      return span(start, start + 8 * hourMs);
    });
    await send(userId, 1, nights);
    const week = span('2026-03-01T23:00Z', '2026-03-08T07:00Z');
    const month = span('2026-03-01T23:00Z', '2026-03-31T07:00Z');
    const year = span('2026-01-01T23:00Z', '2026-12-31T07:00Z');
    expect(totals((await send(userId, 2, [week, month, year])).counts)).toEqual([3, 0, 0]);
    expect(totals((await send(userId, 3, nights)).counts)).toEqual([0, 0, 7]);
    const grown = [span('2026-03-01T23:00Z', '2026-03-09T07:00Z'), span('2026-01-01T23:00Z', '2027-01-01T07:00Z')];
    expect(totals((await send(userId, 4, [...grown, month])).counts)).toEqual([0, 2, 1]);
  });
});

test('is found as a search through all nights would find it', async () => {
  const spans = fc.array(
    fc.record({
      startMs: fc.integer({ min: 0, max: 60 * 24 * 60 }).map((minutes) => Date.UTC(2026, 0, 1) + minutes * minuteMs),
      lengthMinutes: fc.oneof(
        fc.integer({ min: 0, max: 16 * 60 }),
        fc.constantFrom(23 * 60, 24 * 60, 25 * 60),
        fc.integer({ min: 24 * 60, max: 60 * 24 * 60 }),
      ),
      source: fc.constantFrom('', 'Watch'),
    }),
    { minLength: 1, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(spans, async (given) => {
      const sent = given.map(({ startMs, lengthMinutes, source }) =>
        span(startMs, startMs + lengthMinutes * minuteMs, source),
      );
      const userId = randomUUID();
      const half = Math.ceil(sent.length / 2);
      const ids = (await send(userId, 1, sent.slice(0, half))).ids;
      if (half < sent.length) ids.push(...(await send(userId, 2, sent.slice(half))).ids);

      const known = new Map<string, Span>();
      for (const [i, night] of sent.entries()) {
        const overlapWith = (other: Span) =>
          Math.min(night.endMs, other.endMs) - Math.max(night.startMs, other.startMs);
        const same = [...known].filter(
          ([, other]) =>
            other.source === night.source && isSameNight(other.startMs, other.endMs, night.startMs, night.endMs),
        );
        const found = same.find(([id]) => id === ids[i]);
        expect(found === undefined).toBe(same.length === 0);
        if (found !== undefined)
          expect(overlapWith(found[1])).toBe(Math.max(...same.map(([, other]) => overlapWith(other))));
        known.set(ids[i] as string, night);
      }
      expect(await writer.rowsOf('sleep_metrics', userId)).toHaveLength(known.size);
    }),
    { seed: 29, numRuns: 40 },
  );
});

describe('5,000 nights in one body take less than 3 s', () => {
  test.each<[string, (i: number) => Span]>([
    ['one after another', (i) => span(i * dayMs, i * dayMs + 8 * hourMs)],
    ['of a year each', (i) => span(i * hourMs, i * hourMs + 366 * dayMs)],
    ['in one day', (i) => span(i, i + 1 + (i % 7) * hourMs)],
  ])('%s', async (_name, night) => {
    const userId = randomUUID();
    const nights = Array.from({ length: 5000 }, (_, i) => night(i));
    const startedAtMs = performance.now();
    const { counts } = await send(userId, 1, nights);
    expect(performance.now() - startedAtMs).toBeLessThan(3000);
    expect(totals(counts).reduce((sum, count) => sum + count)).toBe(5000);
    const grown = nights.map(({ startMs, endMs, source }) => span(startMs, endMs + hourMs, source));
    const again = await send(userId, 2, grown);
    expect(totals(again.counts).reduce((sum, count) => sum + count)).toBe(5000);
    if (_name === 'one after another') expect(totals(again.counts)).toEqual([0, 5000, 0]);
  });
});
