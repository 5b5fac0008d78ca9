import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { everythingCount, exportOfEverything } from '../../../support/export-of-everything';
import type { Phone } from '../../../support/phone';
import type { Service } from '../../../support/service';
import { askForExport, exportScopes, linesOf, openExport, tableByFamily } from './open-export';

let service: Service;
let phone: Phone;

beforeAll(async () => {
  ({ service, phone } = await openExport());
  expect((await phone.post(exportOfEverything())).json).toMatchObject({ stored: everythingCount });
});

afterAll(() => service?.stop());

// biome-ignore lint/suspicious/noExplicitAny: a test says by what it expects what an answer holds
const get = async (path: string): Promise<any> => (await phone.get(path)).json;

test('every row of every family is a line, and the last line counts what the database counts', async () => {
  const { status, headers, trailers, bytes } = await askForExport(service, phone);
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'application/x-ndjson; charset=utf-8',
    'cache-control': 'no-store',
    'content-disposition': expect.stringMatching(/^attachment; filename="health-export-\d{4}-\d\d-\d\d\.ndjson"$/),
  });
  const [first, ...others] = linesOf(bytes);
  const last = others.pop();
  expect(first).toEqual({ type: 'export', version: 1, families: Object.keys(tableByFamily) });
  expect(last).toMatchObject({ type: 'account', rows: everythingCount });
  expect(trailers).toEqual({ 'x-export-rows': String(everythingCount) });
  expect(others).toHaveLength(everythingCount);
  for (const [family, table] of Object.entries(tableByFamily)) {
    const [{ rows }] = (await service.sql(`SELECT count(*)::int AS rows FROM ${table} WHERE user_id = $1`, [
      phone.userId,
    ])) as [{ rows: number }];
    expect(rows).toBeGreaterThan(0);
    expect(others.filter(({ type }) => type === family)).toHaveLength(rows);
    expect(last.families[family]).toBe(rows);
  }
});

test('samples are what the API answers, with their metric and unit', async () => {
  const lines = linesOf((await askForExport(service, phone)).bytes);
  for (const [metric, family] of [
    ['heart_rate', 'heart_rate'],
    ['blood_pressure', 'blood_pressure'],
    ['step_count', 'quantity'],
    ['moon_phase', 'quantity'],
  ]) {
    const answer = await get(`/v1/metrics/${metric}`);
    const exported = lines.filter((line) => line.metric === metric);
    expect(exported).toEqual(
      // Whole seconds are written without a fraction.
      answer.samples.map((sample: { recordedAt: string }) => ({
        type: family,
        metric,
        unit: answer.unit,
        ...sample,
        recordedAt: sample.recordedAt.replace('.000Z', 'Z'),
      })),
    );
  }
});

test('things are what the API answers for one thing', async () => {
  const lines = linesOf((await askForExport(service, phone)).bytes);
  const exported = (family: string) =>
    lines.filter(({ type }) => type === family).map(({ type: _, ...thing }) => thing);
  expect(exported('sleep_night')).toEqual((await get('/v1/sleep')).nights);
  expect(exported('sleep_segment')).toEqual((await get('/v1/sleep/segments')).segments);
  expect(exported('event')).toEqual((await get('/v1/events')).events);
  for (const family of ['workout', 'ecg']) {
    const path = family === 'ecg' ? '/v1/ecg' : '/v1/workouts';
    const things = exported(family);
    expect(things.length).toBeGreaterThan(0);
    for (const thing of things) expect(thing).toEqual(await get(`${path}/${thing.id}`));
  }
  expect(exported('workout').some(({ route }) => route !== null)).toBe(true);
});

test('families and a range leave the others out', async () => {
  const kinds = async (query: string) =>
    linesOf((await askForExport(service, phone, query)).bytes).map(({ type }) => type);
  expect(await kinds('?families=ecg,heart_rate')).toEqual(['export', 'heart_rate', 'heart_rate', 'ecg', 'account']);
  const seconds = '?families=heart_rate&from=2024-05-01T10:00:02Z&to=2024-05-01T10:00:03Z';
  expect(await kinds(seconds)).toEqual(['export', 'heart_rate', 'account']);
  expect(await kinds('?from=2025-01-01')).toEqual(['export', 'account']);
});

test('gzip is given to who takes it', async () => {
  const plain = await askForExport(service, phone);
  const { headers, bytes, trailers } = await askForExport(service, phone, '', { 'accept-encoding': 'gzip' });
  expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
  expect(gunzipSync(bytes)).toEqual(plain.bytes);
  expect(trailers).toEqual(plain.trailers);
});

test("a user gets nothing of another user's, and each export is noted with its key", async () => {
  const other = await service.newPhone({ scopes: exportScopes });
  const lines = linesOf((await askForExport(service, other)).bytes);
  expect(lines.map(({ type }) => type)).toEqual(['export', 'account']);
  const notes = 'SELECT actor, details FROM audit_log WHERE user_id = $1 AND action = $2';
  expect(await service.sql(notes, [other.userId, 'data.exported'])).toEqual([
    { actor: other.keyId, details: { format: 'ndjson', families: Object.keys(tableByFamily) } },
  ]);
});

test.each([
  ['?format=xml', 400, 'query_invalid'],
  ['?families=', 400, 'query_invalid'],
  ['?families=heart_rate,nothing', 400, 'query_invalid'],
  ['?family=heart_rate', 400, 'query_invalid'],
  ['?from=2024-05-02&to=2024-05-01', 400, 'range_invalid'],
])('%s is refused', async (query, status, code) => {
  const reply = await askForExport(service, phone, query);
  expect(reply.status).toBe(status);
  expect(JSON.parse(reply.bytes.toString())).toMatchObject({ code });
});

test('a key without the scope is refused', async () => {
  const reader = await service.newPhone({ scopes: ['read'] });
  const reply = await askForExport(service, reader);
  expect(JSON.parse(reply.bytes.toString())).toMatchObject({ status: 403, code: 'scope_missing' });
});
