import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { oneMetric, secondOf } from '../support/health-export';
import type { Phone } from '../support/phone';
import { RawExchange } from '../support/raw-exchange';
import { type Service, startService } from '../support/service';
import { countAllRows } from '../support/stored-rows';

let service: Service;
let phone: Phone;
beforeAll(async () => {
  service = await startService();
  phone = await service.newPhone();
});
afterAll(() => service.stop());

const body = JSON.stringify(oneMetric('step_count', 'count', { date: secondOf(1), qty: 1 }));
const compressed = gzipSync(body);
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

const head = (...lines: string[]): string[] => [
  'POST /v1/ingest HTTP/1.1',
  'Host: test',
  `api-key: ${phone.key}`,
  ...lines,
];

/** Requests that are wrong on the wire, and the answers that may be given to them. */
const refused: readonly (readonly [string, () => string[], string | Buffer, readonly number[]])[] = [
  ['shorter than its length, and then the end', () => head('Content-Length: 5000'), body, [400]],
  [
    'compressed, shorter than its length, and then the end',
    () => head('Content-Length: 5000', 'Content-Encoding: gzip'),
    compressed,
    [400],
  ],
  [
    'a chunk that is not whole, and then the end',
    () => head('Transfer-Encoding: chunked'),
    `${chunk(body)}ff\r\nxx`,
    [400],
  ],
  ['no last chunk, and then the end', () => head('Transfer-Encoding: chunked'), chunk(body), [400]],
  ['a length of a chunk that is none', () => head('Transfer-Encoding: chunked'), `zz\r\n${body}\r\n0\r\n\r\n`, [400]],
  [
    'a length and chunks',
    () => head('Transfer-Encoding: chunked', 'Content-Length: 5'),
    `${chunk(body)}0\r\n\r\n`,
    [400],
  ],
  ['two lengths', () => head('Content-Length: 5', `Content-Length: ${body.length}`), body, [400]],
  ['a negative length', () => head('Content-Length: -5'), body, [400]],
  ['a length in words', () => head('Content-Length: many'), body, [400]],
  ['a length beyond all numbers', () => head(`Content-Length: ${'9'.repeat(30)}`), body, [400, 413]],
  ['a header without a name', () => head(': x', `Content-Length: ${body.length}`), body, [400]],
  [
    'headers of 20,000 bytes',
    () => head(`X-Long: ${'x'.repeat(20_000)}`, `Content-Length: ${body.length}`),
    body,
    [431],
  ],
  [
    'no host',
    () => ['POST /v1/ingest HTTP/1.1', `api-key: ${phone.key}`, `Content-Length: ${body.length}`],
    body,
    [400],
  ],
  ['an unknown version', () => ['POST /v1/ingest HTTP/9.9', 'Host: test'], '', [400, 505]],
  ['an unknown method', () => ['BREW /v1/ingest HTTP/1.1', 'Host: test'], '', [400]],
  ['not HTTP', () => ['hello'], 'hello', [400]],
  ['an expectation nobody knows', () => head('Expect: a miracle', `Content-Length: ${body.length}`), body, [417]],
];
test.each(refused)('%s', async (_name, lines, sent, statuses) => {
  const before = await countAllRows(service);
  const exchange = new RawExchange(service.port);
  exchange.sendHead(lines(), sent);
  exchange.finish();
  const { status } = await exchange.answer(5000);
  expect(statuses).toContain(status);
  await exchange.closed();
  exchange.destroy();
  expect(await countAllRows(service)).toEqual(before);
});

const taken: readonly (readonly [string, () => string[], string | Buffer])[] = [
  ['chunks without a length', () => head('Transfer-Encoding: chunked'), `${[...body].map(chunk).join('')}0\r\n\r\n`],
  [
    'chunks with extensions and trailers',
    () => head('Transfer-Encoding: chunked'),
    `${body.length.toString(16)};a=b\r\n${body}\r\n0\r\nX-After: 1\r\n\r\n`,
  ],
  [
    'compressed, with its length',
    () => head(`Content-Length: ${compressed.length}`, 'Content-Encoding: gzip'),
    compressed,
  ],
  ['the end right after the body', () => head(`Content-Length: ${body.length}`, 'Connection: close'), body],
];
test.each(taken)('%s', async (_name, lines, sent) => {
  const exchange = new RawExchange(service.port);
  exchange.sendHead(lines(), sent);
  const answer = await exchange.answer(5000);
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toMatchObject({ received: 1, rejected: 0 });
  exchange.destroy();
});

test('longer than its length, cut short by it: the export is truncated', async () => {
  const exchange = new RawExchange(service.port);
  exchange.sendHead(head(`Content-Length: ${body.length - 5}`), body);
  expect((await exchange.answer(5000)).status).toBe(400);
  exchange.destroy();
});

test('clients that go away in the middle of their bodies leave nothing behind', async () => {
  const before = await countAllRows(service);
  for (let n = 0; n < 30; n++) {
    const exchange = new RawExchange(service.port);
    exchange.sendHead(
      head('Content-Length: 100000', ...(n % 2 === 0 ? ['Content-Encoding: gzip'] : [])),
      n % 2 === 0 ? compressed : body,
    );
    await new Promise((resolve) => setTimeout(resolve, 5));
    exchange.destroy();
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await countAllRows(service)).toEqual(before);
});

// Refused for what follows, the export may be stored after the answer: so this comes after all that count rows.
test('longer than its length: what is in the length is an export, and what follows is no request', async () => {
  const exchange = new RawExchange(service.port);
  exchange.sendHead(head(`Content-Length: ${body.length}`), `${body}and more`);
  expect([200, 400]).toContain((await exchange.answer(5000)).status);
  exchange.finish();
  await exchange.closed();
  exchange.destroy();
});

test('the service is alive and counts', async () => {
  const fresh = await service.newPhone();
  expect((await fresh.post(body)).json).toMatchObject({ received: 1, stored: 1 });
});
