import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Phone } from '../../../support/phone';
import type { Service } from '../../../support/service';
import { askForExport, linesOf, openExport } from './open-export';

// Several pages of COPY, with page edges between rows of one instant that differ in source only.
const instants = 40_000;
const sources = ['iPhone', "Somebody's Watch", 'with\ttab and \\ and "quotes"'];
const rows = instants * sources.length;

let service: Service;
let phone: Phone;

beforeAll(async () => {
  ({ service, phone } = await openExport());
  await service.sql(
    `INSERT INTO heart_rate_metrics
       (user_id, recorded_at, source, granularity, value, min, max, zone_offset_minutes, flags, ingestion_seq)
     SELECT $1, '2023-11-01T00:00:00.000123Z'::timestamptz + i * interval '7 minutes', s, 0, 50 + i * 0.1, 40, 1e-7, -210,
            i % 2, 1
       FROM generate_series(1, $2) AS i, unnest($3::text[]) AS s`,
    [phone.userId, instants, sources],
  );
  await service.sql(
    `INSERT INTO quantity_metrics
       (user_id, metric_id, recorded_at, source, granularity, context, value, details, zone_offset_minutes, ingestion_seq)
     SELECT $1, m, '2024-05-01T00:00:00Z'::timestamptz + i * interval '1 day', 'Pen', 0, c, i, '{"a": "line\\nbreak"}', 60, 1
       FROM unnest('{111, 9999}'::int2[]) AS m, generate_series(1, 3) AS i, unnest('{Basal,Bolus}'::text[]) AS c`,
    [phone.userId],
  );
});

afterAll(() => service?.stop());

test('every row of many pages is there once, in order and exactly', async () => {
  const { bytes, trailers } = await askForExport(service, phone, '?families=heart_rate');
  const lines = linesOf(bytes).slice(1, -1);
  expect(lines).toHaveLength(rows);
  expect(trailers).toEqual({ 'x-export-rows': String(rows) });
  const stored = await service.sql<{ at: string; source: string; value: number; flags: number }>(
    `SELECT to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, source, value, flags
       FROM heart_rate_metrics WHERE user_id = $1 ORDER BY recorded_at, source`,
    [phone.userId],
  );
  const told = lines.map((line) => [
    line.recordedAt,
    line.source,
    line.value,
    line.odd === true,
    line.zoneOffsetMinutes,
  ]);
  const expected = stored.map(({ at, source, value, flags }) => [at, source, value, flags === 1, -210]);
  // Compared as text: a difference among so many would take minutes to print.
  expect(JSON.stringify(told) === JSON.stringify(expected)).toBe(true);
  expect(lines[0]).toMatchObject({ min: 40, max: 1e-7 });
});

test('contexts and details come back, and metrics that nobody knows any more', async () => {
  const lines = linesOf((await askForExport(service, phone, '?families=quantity')).bytes).slice(1, -1);
  expect(lines.map(({ metric, unit, value, context }) => [metric, unit, value, context])).toEqual(
    [['insulin_delivery', 'IU'] as const, ['metric_9999', ''] as const].flatMap(([metric, unit]) =>
      [1, 2, 3].flatMap((value) => ['Basal', 'Bolus'].map((context) => [metric, unit, value, context])),
    ),
  );
  expect(lines[0].details).toEqual({ a: 'line\nbreak' });
});

test('a HEAD tells the headers and makes no export', async () => {
  const count = "SELECT count(*)::int AS count FROM audit_log WHERE action = 'data.exported'";
  const before = await service.sql(count);
  const url = `http://127.0.0.1:${service.port}/v1/export`;
  const { status, headers } = await fetch(url, { method: 'HEAD', headers: { 'x-api-key': phone.key } });
  expect(status).toBe(200);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(await service.sql(count)).toEqual(before);
});
