import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { oneMetric, secondOf } from '../../support/health-export';
import type { Phone } from '../../support/phone';
import { RawExchange } from '../../support/raw-exchange';
import { type Service, startService } from '../../support/service';
import { countAllRows } from '../../support/stored-rows';

const trickling = 1000;
/** Connections that are opened at once: fewer than the system lets wait. */
const connectingAtOnce = 100;

const chunked = 'Transfer-Encoding: chunked';

let service: Service;
let phones: Phone[];
const exchanges: RawExchange[] = [];

beforeAll(async () => {
  service = await startService({
    HEADERS_TIMEOUT_MS: '3000',
    BODY_PROGRESS_MS: '3000',
    INLINE_BODY_BYTES: '100000',
    LOCK_TIMEOUT_MS: '60000',
    STATEMENT_TIMEOUT_MS: '60000',
  });
  phones = await service.newPhones(40);
});

afterEach(() => {
  for (const exchange of exchanges.splice(0)) exchange.destroy();
});

afterAll(() => service?.stop());

/** The head of a request whose body has 50,000 bytes, and the first of them. */
function trickle(phone: Phone, ...lines: readonly string[]): RawExchange {
  const exchange = new RawExchange(service.port);
  exchanges.push(exchange);
  const head = ['POST /v1/ingest HTTP/1.1', 'Host: t', `api-key: ${phone.key}`, ...lines];
  const first = lines.includes(chunked) ? '1\r\n{\r\n' : '{';
  exchange.sendHead(lines.length > 0 ? head : [...head, 'Content-Length: 50000'], first);
  return exchange;
}

function bodyOf(n: number) {
  return oneMetric('step_count', 'count', { date: secondOf(n), qty: 1 });
}

test('1,000 connections that trickle are answered 408, and every good request beside them 200', {
  timeout: 180_000,
}, async () => {
  const slow: RawExchange[] = [];
  for (let n = 0; n < trickling; n++) {
    slow.push(trickle(phones[n % 20] as Phone));
    if (n % connectingAtOnce === connectingAtOnce - 1) await (phones[30] as Phone).get('/v1/workouts');
  }
  let isOpen = true;
  const dripping = setInterval(() => {
    for (const exchange of slow) exchange.send(' ');
  }, 500);
  let sent = 0;
  const good = phones.slice(20).map(async (phone) => {
    const statuses: number[] = [];
    while (isOpen) statuses.push((await phone.post(bodyOf(++sent))).status);
    return statuses;
  });
  const answers = await Promise.all(slow.map((exchange) => exchange.answer(120_000)));
  clearInterval(dripping);
  isOpen = false;
  const goodStatuses = (await Promise.all(good)).flat();
  expect(new Set(goodStatuses)).toEqual(new Set([200]));
  expect(goodStatuses.length).toBeGreaterThan(20);
  for (const { status, head, body } of answers) {
    expect(status).toBe(408);
    expect(head).toContain('\r\nconnection: close');
    expect(JSON.parse(body)).toMatchObject({ code: 'body_too_slow' });
  }
  const metrics = await (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();
  expect(metrics).toContain(`health_export_requests_refused_total{reason="slow_body"} ${trickling}\n`);
});

test.each([
  { what: 'in chunks', lines: [chunked] },
  { what: 'compressed', lines: ['Content-Length: 50000', 'Content-Encoding: gzip'] },
  { what: 'too large to be held', lines: ['Content-Length: 5000000'] },
])('a body that hardly moves is refused $what as well, and nothing is kept of it', async ({ lines }) => {
  const before = await countAllRows(service);
  expect((await trickle(phones[0] as Phone, ...lines).answer(30_000)).status).toBe(408);
  expect(await countAllRows(service)).toEqual(before);
});

test('headers that do not come to their end are answered 408', async () => {
  const exchange = new RawExchange(service.port);
  exchanges.push(exchange);
  exchange.send('POST /v1/ingest HTTP/1.1\r\nHost: t\r\nX-Slow: ');
  expect(await exchange.answer(30_000)).toMatchObject({
    status: 408,
    body: expect.stringContaining('request_timeout'),
  });
  await exchange.closed();
});

test('headers that are overdue are found soon, and not when Node looks of itself half a minute after the start', {
  timeout: 60_000,
}, async () => {
  const started = await startService({ HEADERS_TIMEOUT_MS: '1000' }, { beside: service });
  try {
    const exchange = new RawExchange(started.port);
    exchanges.push(exchange);
    exchange.send('POST /v1/ingest HTTP/1.1\r\nHost: t\r\nX-Slow: ');
    expect((await exchange.answer(15_000)).status).toBe(408);
    await exchange.closed();
  } finally {
    await started.stop();
  }
});

test('a body that waits for us and not for its client is taken', { timeout: 60_000 }, async () => {
  const client = new Client({ connectionString: service.place.database.ownerUrl });
  await client.connect();
  await client.query('BEGIN; LOCK TABLE raw_ingestion_pieces IN SHARE MODE');
  const samples = Array.from({ length: 60_000 }, (_, n) => ({ date: secondOf(n), qty: n }));
  const sending = (phones[1] as Phone).post(oneMetric('step_count', 'count', ...samples));
  // Three times as long as a client may be silent.
  await new Promise((resolve) => setTimeout(resolve, 9000));
  await client.end();
  expect(await sending).toMatchObject({ status: 202, json: { status: 'received' } });
});
