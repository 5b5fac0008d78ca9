import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ecg } from '../../support/event-elements';
import { oneArray, oneMetric, secondOf } from '../../support/health-export';
import type { Phone } from '../../support/phone';
import { RawExchange } from '../../support/raw-exchange';
import { type Service, startService } from '../../support/service';
import { countAllRows, storedRows } from '../../support/stored-rows';
import { type IngestionState, untilDone } from '../../support/until-done';

const mebibyte = 1024 * 1024;

let service: Service;
/** One that takes 2 MiB, and 1 MiB compressed. */
let small: Service;
beforeAll(async () => {
  service = await startService();
  small = await startService({ MAX_BODY_BYTES: String(2 * mebibyte), MAX_COMPRESSED_BODY_BYTES: String(mebibyte) });
});
afterAll(() => Promise.all([service.stop(), small.stop()]));

const one = JSON.stringify(oneMetric('step_count', 'count', { date: secondOf(1), qty: 1 }));
const gzipped = { 'content-encoding': 'gzip' };
const head = (key: string, ...more: string[]): string[] => [
  'POST /v1/ingest HTTP/1.1',
  'Host: test',
  `api-key: ${key}`,
  ...more,
];

describe('413 before buffering', () => {
  test('by Content-Length, without a byte of the body', async () => {
    const { key } = await service.newPhone();
    const exchange = new RawExchange(service.port);
    exchange.sendHead(head(key, 'Content-Length: 300000000'));
    const answer = await exchange.answer(3000);
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'body_too_large' });
    expect(answer.head).toContain('connection: close');
    exchange.destroy();
  });

  test('of a compressed body by its own limit', async () => {
    const { key } = await service.newPhone();
    const exchange = new RawExchange(service.port);
    exchange.sendHead(head(key, 'Content-Length: 140000000', 'Content-Encoding: gzip'));
    expect((await exchange.answer(3000)).status).toBe(413);
    exchange.destroy();
  });

  test('of a body without a length, as soon as it is too much', async () => {
    const { key } = await small.newPhone();
    const exchange = new RawExchange(small.port);
    exchange.sendHead(head(key, 'Transfer-Encoding: chunked'));
    const chunk = ' '.repeat(mebibyte);
    for (let n = 0; n < 3; n++) exchange.send(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    // The end of the body never comes.
    expect((await exchange.answer(5000)).status).toBe(413);
    exchange.destroy();
  });

  test('a client that reads only after it has sent everything hears of it', async () => {
    const { key } = await small.newPhone();
    const exchange = new RawExchange(small.port);
    const chunk = Buffer.alloc(mebibyte, ' ');
    exchange.sendHead(head(key, 'Transfer-Encoding: chunked'));
    for (let n = 0; n < 24; n++) {
      await exchange.sendAll(
        Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
      );
    }
    await exchange.sendAll(Buffer.from('0\r\n\r\n'));
    expect((await exchange.answer(5000)).status).toBe(413);
    exchange.destroy();
  });

  test.each([
    [0, 200],
    [1, 413],
  ])('the limit and %d bytes: %d', async (excessBytes, status) => {
    const phone = await small.newPhone();
    const before = await countAllRows(small);
    const answer = await phone.post(one.padEnd(2 * mebibyte + excessBytes, ' '));
    expect(answer.status).toBe(status);
    if (status !== 200) expect(await countAllRows(small)).toEqual(before);
  });

  test.each([
    [0, 200],
    [1, 413],
  ])('inflated to the limit and %d bytes: %d', async (excessBytes, status) => {
    const phone = await small.newPhone();
    expect((await phone.post(gzipSync(one.padEnd(2 * mebibyte + excessBytes, ' ')), gzipped)).status).toBe(status);
  });
});

describe('compression', () => {
  test.each([
    ['gzip', gzipSync(one)],
    ['x-gzip', gzipSync(one)],
    ['br', brotliCompressSync(one)],
    ['GZIP', gzipSync(one)],
    ['identity', Buffer.from(one)],
  ])('%s is inflated, and the bytes come back as they were', async (encoding, bytes) => {
    const phone = await service.newPhone();
    const { status, json } = await phone.post(bytes, { 'content-encoding': encoding });
    expect({ status, stored: json.stored }).toEqual({ status: 200, stored: 1 });
    expect(await phone.get(`/v1/ingestions/${json.ingestionId}/raw`)).toMatchObject({
      status: 200,
      json: JSON.parse(one),
    });
  });

  const tails = [Buffer.from('and more'), Buffer.alloc(1), Buffer.alloc(200_000, 'x')];
  test.each([
    ['gzip', gzipSync(one)],
    ['br', brotliCompressSync(one)],
  ])('bytes after the end of %s are refused', async (encoding, bytes) => {
    const phone = await service.newPhone();
    const before = await countAllRows(service);
    for (const tail of tails) {
      const { status, json } = await phone.post(Buffer.concat([bytes, tail]), { 'content-encoding': encoding });
      expect({ status, code: json.code }).toEqual({ status: 400, code: 'encoding_broken' });
    }
    expect(await countAllRows(service)).toEqual(before);
  });

  const zeros = Buffer.alloc(100 * mebibyte);
  const bombs: readonly (readonly [string, string, Buffer])[] = [
    ['gzip bomb', 'gzip', gzipSync(zeros)],
    ['gzip bomb of several members', 'gzip', Buffer.concat(Array.from({ length: 3 }, () => gzipSync(zeros)))],
    ['br bomb', 'br', brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ];
  test.each(bombs)(
    '%s (100 MiB of zeros) is refused quickly and costs little memory',
    async (_name, encoding, bytes) => {
      const phone = await small.newPhone();
      const before = await countAllRows(small);
      const rssBytes = process.memoryUsage().rss;
      const startedAtMs = performance.now();
      const { status, json } = await phone.post(bytes, { 'content-encoding': encoding });
      expect({ status, code: json.code }).toEqual({ status: 413, code: 'body_too_large' });
      expect(performance.now() - startedAtMs).toBeLessThan(2000);
      expect(process.memoryUsage().rss - rssBytes).toBeLessThan(64 * mebibyte);
      expect(await countAllRows(small)).toEqual(before);
    },
  );

  test('gzip bomb below the limit is parked for what is in it', async () => {
    const phone = await service.newPhone();
    const { status, json } = await phone.post(gzipSync(zeros), gzipped);
    expect(status).toBe(202);
    const parked = await untilDone(phone, json.ingestionId);
    expect(parked).toMatchObject({ status: 'parked', errorCode: 'json_malformed', attempts: 1 });
  });
});

describe('large bodies', () => {
  async function stored(phone: Phone, body: string | Buffer): Promise<IngestionState> {
    const { status, json } = await phone.post(body);
    expect(status).toBe(202);
    return await untilDone(phone, json.ingestionId);
  }

  test('65,535 params: 70,000 samples in one body', { timeout: 120_000 }, async () => {
    const phone = await service.newPhone();
    const points = Array.from({ length: 70_000 }, (_, n) => ({
      date: secondOf(n),
      qty: 60 + (n % 50),
      source: 'Watch',
    }));
    const body = JSON.stringify(oneMetric('heart_rate', 'count/min', ...points));
    expect(await stored(phone, body)).toMatchObject({ received: 70_000, stored: 70_000, rejected: 0 });
    expect(await stored(phone, body)).toMatchObject({ received: 70_000, unchanged: 70_000 });
    expect(await storedRows(service, phone.userId, 'heart_rate_metrics')).toHaveLength(70_000);
  });

  test('42 MB ECG body: all of it is kept', { timeout: 120_000 }, async () => {
    const phone = await service.newPhone();
    const recordings = Array.from({ length: 40 }, (_, recording) => {
      const startedAtS = 1_714_550_400 + recording * 3600;
      const voltageMeasurements = Array.from({ length: 15_379 }, (_, n) => ({
        date: startedAtS + n / 512.6,
        voltage: Math.sin(n / 40) * 300,
        units: 'mcV',
      }));
      const start = new Date(startedAtS * 1000).toISOString();
      return { ...ecg, start, end: null, numberOfVoltageMeasurements: 15_379, voltageMeasurements };
    });
    const body = Buffer.from(JSON.stringify(oneArray('ecg', ...recordings)));
    expect(body.length).toBeGreaterThan(42e6);
    expect(await stored(phone, body)).toMatchObject({ received: 40, stored: 40, rejected: 0 });
    const rows = await storedRows(service, phone.userId, 'ecg_recordings');
    expect(rows.map((row) => row.voltage_count)).toEqual(recordings.map(() => 15_379));
  });
});

test('slow client: forty bodies that trickle in hold nobody else up, and are taken', async () => {
  const phone = await service.newPhone();
  const exchanges = Array.from({ length: 40 }, () => new RawExchange(service.port));
  for (const exchange of exchanges) {
    exchange.sendHead(head(phone.key, `Content-Length: ${one.length}`), one.slice(0, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  const startedAtMs = performance.now();
  expect((await (await service.newPhone()).post(one)).status).toBe(200);
  expect(performance.now() - startedAtMs).toBeLessThan(2000);
  for (const exchange of exchanges) exchange.send(one.slice(20));
  const answers = await Promise.all(exchanges.map((exchange) => exchange.answer()));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  for (const exchange of exchanges) exchange.destroy();
});
