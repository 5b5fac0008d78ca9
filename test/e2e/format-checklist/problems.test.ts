import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { metric, metricsBody, oneMetric, secondOf } from '../../support/health-export';
import { sendRequest } from '../../support/send-request';
import { type Service, startService } from '../../support/service';
import { countAllRows } from '../../support/stored-rows';
import { TcpRelay } from '../../support/tcp-relay';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const valid = JSON.stringify(oneMetric('step_count', 'count', { date: secondOf(1), qty: 1 }));
const gzipped = { 'content-encoding': 'gzip' };
const manyKeys = (count: number): string => `{${Array.from({ length: count }, (_, n) => `"k${n}":${n}`).join(',')}}`;

type Case = readonly [string, string | Buffer, Record<string, string>, number, string];

/** Every way in which a whole body is refused, once its key was good; those of the key are in auth.test.ts. */
const refusals: readonly Case[] = [
  ['a CSV file', 'date,qty\n', { 'content-type': 'text/csv' }, 415, 'csv_not_supported'],
  ['a CSV upload', '--x--', { 'content-type': 'multipart/form-data; boundary=x' }, 415, 'csv_not_supported'],
  ['plain text', valid, { 'content-type': 'text/plain' }, 415, 'content_type_not_supported'],
  ['XML', '<a/>', { 'content-type': 'application/xml' }, 415, 'content_type_not_supported'],
  ['a content type that is none', valid, { 'content-type': ';;;,' }, 415, 'content_type_not_supported'],
  ['UTF-16 by its header', valid, { 'content-type': 'application/json; charset=utf-16' }, 415, 'charset_not_supported'],
  [
    'Latin-1 by its header',
    valid,
    { 'content-type': 'application/json;charset="iso-8859-1"' },
    415,
    'charset_not_supported',
  ],
  ['deflate', valid, { 'content-encoding': 'deflate' }, 415, 'content_encoding_not_supported'],
  ['two encodings', valid, { 'content-encoding': 'gzip, br' }, 415, 'content_encoding_not_supported'],
  ['gzip by its header, and plain', valid, gzipped, 400, 'encoding_broken'],
  ['br by its header, and plain', valid, { 'content-encoding': 'br' }, 400, 'encoding_broken'],
  ['plain by its header, and gzip', gzipSync(valid), {}, 400, 'encoding_broken'],
  ['gzip that ends too early', gzipSync(valid).subarray(0, -12), gzipped, 400, 'body_truncated'],
  [
    'gzip with a wrong checksum',
    Buffer.concat([gzipSync(valid).subarray(0, -8), Buffer.alloc(8, 1)]),
    gzipped,
    400,
    'encoding_broken',
  ],
  ['gzip of nothing', Buffer.alloc(0), gzipped, 400, 'body_truncated'],
  ['UTF-16 by its bytes', Buffer.from(`\uFEFF${valid}`, 'utf16le'), {}, 400, 'encoding_broken'],
  ['UTF-16 without a mark', Buffer.from(valid, 'utf16le'), {}, 400, 'json_malformed'],
  ['truncated', valid.slice(0, -1), {}, 400, 'json_malformed'],
  ['an array', `[${valid}]`, {}, 400, 'not_an_export'],
  ['33 levels', `{"data":${'['.repeat(32)}${']'.repeat(32)}}`, {}, 400, 'json_too_deep'],
  ['1,001 keys', `{"data":${manyKeys(1001)}}`, {}, 400, 'json_too_many_keys'],
  ['1,001 keys at the root', manyKeys(1001), {}, 400, 'json_too_many_keys'],
  [
    '100,000 keys in a sample',
    JSON.stringify(oneMetric('a', 'b', 'KEYS')).replace('"KEYS"', manyKeys(100_000)),
    {},
    400,
    'json_too_many_keys',
  ],
  [
    '1 MiB outside of the arrays',
    JSON.stringify({ data: { comment: 'x'.repeat(1024 * 1024) } }),
    {},
    400,
    'json_element_too_large',
  ],
  [
    '10,001 metrics',
    JSON.stringify(metricsBody(...Array.from({ length: 10_001 }, () => metric('a', 'b', [])))),
    {},
    400,
    'json_too_many_metrics',
  ],
];

describe('a body that is refused as a whole', () => {
  test.each(refusals)('%s', async (_name, body, headers, status, code) => {
    const phone = await service.newPhone();
    const before = await countAllRows(service);
    const answer = await phone.post(body, headers);
    expect(answer).toMatchObject({ status, json: { type: 'about:blank', status, code } });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['x-request-id']).toEqual(expect.any(String));
    // What it says may tell where the fault is, and never what stands there.
    expect(answer.json.detail).toMatch(/^[A-Z].*\.$/s);
    expect(answer.json.detail).not.toContain('step_count');
    expect(await countAllRows(service)).toEqual(before);
    expect((await phone.post(valid)).json).toMatchObject({ stored: 1 });
  });

  test('a CSV upload is told which setting of the app to change', async () => {
    const phone = await service.newPhone();
    const { json } = await phone.post('date,qty\n', { 'content-type': 'text/csv' });
    expect(json.detail).toMatch(/Export Format.*JSON/);
  });
});

describe('what is just within the limits is taken', () => {
  const accepted: readonly (readonly [string, string | Buffer, Record<string, string>])[] = [
    ['32 levels', `{"data":${'{"a":'.repeat(30)}1${'}'.repeat(30)}}`, {}],
    ['1,000 keys', `{"data":${manyKeys(1000)}}`, {}],
    ['another JSON type', valid, { 'content-type': 'application/vnd.health+json' }],
    ['an upper-case type with a charset', valid, { 'content-type': 'Application/JSON; Charset=UTF-8' }],
    ['a quoted charset', valid, { 'content-type': 'application/json; charset="utf-8"' }],
    ['10,000 metrics', JSON.stringify(metricsBody(...Array.from({ length: 10_000 }, () => metric('a', 'b', [])))), {}],
  ];
  test.each(accepted)('%s', async (_name, body, headers) => {
    const phone = await service.newPhone();
    expect((await phone.post(body, headers)).status).toBe(200);
  });

  test('no content type at all is taken for JSON', async () => {
    const phone = await service.newPhone();
    const headers = { 'api-key': phone.key, 'content-length': String(valid.length) };
    const reply = await sendRequest({ port: service.port, method: 'POST', path: '/v1/ingest', headers, body: valid });
    expect(reply.status).toBe(200);
  });
});

describe('what is not there', () => {
  test.each([
    ['GET', '/v1/ingest'],
    ['DELETE', '/v1/ingest'],
    ['POST', '/v1/ingest/x'],
    ['POST', '/'],
    ['POST', '/v1/metrics'],
    ['POST', `/${'x'.repeat(2000)}`],
    ['POST', '/v1/%ff%fe'],
    ['POST', '/v1/../../etc/passwd'],
  ])('%s %.40s', async (method, path) => {
    const phone = await service.newPhone();
    const headers = { 'api-key': phone.key, 'content-type': 'application/json' };
    const reply = await sendRequest({ port: service.port, method, path, headers, body: method === 'GET' ? '' : valid });
    expect([400, 404, 405]).toContain(reply.status);
    expect(reply.headers['content-type']).toMatch(/^application\/problem\+json/);
  });
});

test.each([
  ['GET', '/v1/ingest', 'POST, PUT, PATCH'],
  ['GET', '/v1/imports?a=b', 'POST'],
  ['POST', '/v1/metrics', 'GET, HEAD'],
  ['DELETE', '/v1/metrics/heart_rate', 'GET, HEAD'],
  ['GET', '/v1/ingestions/01a20b51-37fe-729a-b49f-8f26658b8f81/replay', 'POST'],
  ['PUT', '/health', 'GET, HEAD'],
])('method_not_allowed: %s %s is told what the address takes', async (method, path, allowed) => {
  const reply = await sendRequest({ port: service.port, method, path, headers: {} });
  expect([reply.status, reply.headers['allow']?.split(', ').sort()]).toEqual([405, allowed.split(', ').sort()]);
  expect(reply.headers['content-type']).toMatch(/^application\/problem\+json/);
  const problem = JSON.parse(reply.bytes.toString('utf8'));
  expect(problem).toMatchObject({
    status: 405,
    code: 'method_not_allowed',
    detail: expect.stringContaining(allowed.slice(0, 3)),
  });
});

test.each([
  ['GET', '/v1/nothing'],
  ['POST', '/v1/ingest/x'],
  ['HEAD', '/v1/ingest'],
  ['OPTIONS', '/v1/ingest'],
])('not_found: %s %.40s has no other method', async (method, path) => {
  const reply = await sendRequest({ port: service.port, method, path, headers: {} });
  expect([reply.status, reply.headers['allow']]).toEqual([404, undefined]);
});

test('database_unavailable: 503, and the same body is taken once the database is back', async () => {
  const relay = await TcpRelay.before(inject('postgresUrl'));
  const failing = await startService({ POOL_CONNECT_TIMEOUT_MS: '500' }, { postgresUrl: relay.url });
  try {
    const phone = await failing.newPhone();
    expect((await phone.post('{}')).status).toBe(200);
    await relay.cut();
    const refused = await phone.post(valid);
    expect(refused).toMatchObject({ status: 503, json: { code: 'database_unavailable' } });
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    await relay.mend();
    expect(await phone.post(valid)).toMatchObject({ status: 200, json: { stored: 1 } });
  } finally {
    await failing.stop();
    await relay.cut();
  }
});
