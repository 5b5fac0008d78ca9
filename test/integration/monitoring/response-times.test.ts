import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Get, Param, Post, StreamableFile } from '@nestjs/common';
import { type Histogram, register } from 'prom-client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Problem } from '../../../src/common/problem';
import { DatabaseService } from '../../../src/database/database.service';
import { Public, RequireScope } from '../../../src/identity/route-access.decorator';
import { StatementSampler } from '../../../src/monitoring/statement-sampler';
import { readMetrics } from '../../support/read-metrics';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { type OpenMonitoring, openMonitoring } from './open-monitoring';

@Controller('v1')
class ThingsController {
  constructor(private readonly database: DatabaseService) {}

  @Get('things/:id')
  @Public()
  read(@Param('id') id: string): object {
    return { id };
  }

  @Post('things')
  @Public()
  refuse(): never {
    throw new Problem(422, 'thing_refused', 'This thing is not wanted.');
  }

  @Get('broken')
  @Public()
  fail(): never {
    throw new Error('a fault of ours');
  }

  @Get('slow')
  @Public()
  async wait(): Promise<object> {
    await delay(300);
    return {};
  }

  @Get('stream')
  @Public()
  stream(): StreamableFile {
    return new StreamableFile(Readable.from([Buffer.alloc(20_000), Buffer.alloc(30_000)], { objectMode: false }));
  }

  @Get('queries')
  @Public()
  async ask(): Promise<object> {
    for (let i = 0; i < 3; i++) await this.database.inTransaction([], ({ query }) => query('SELECT pg_sleep(0.02)'));
    return {};
  }

  @Get('private')
  @RequireScope('read')
  tell(): object {
    return {};
  }
}

let database: TestDatabase;
let open: OpenMonitoring;

beforeAll(async () => {
  database = await createTestDatabase();
  open = await openMonitoring({ databaseUrl: database.url, controllers: [ThingsController] });
});

afterAll(async () => {
  await open?.app.close();
  await database?.drop();
});

function histogram(): Histogram {
  return register.getSingleMetric('health_export_http_request_duration_seconds') as Histogram;
}

beforeEach(() => histogram().reset());

/** How often each combination of labels was recorded, as `GET /path 200`. */
async function recorded(suffix = 'count'): Promise<Record<string, number>> {
  const { values } = await histogram().get();
  const series = values.filter(({ metricName }) => metricName?.endsWith(`_${suffix}`));
  return Object.fromEntries(
    series.map(({ labels: l, value }) => [`${l['method']} ${l['route']} ${l['status']}`, value]),
  );
}

/** Sends raw bytes and waits until the server has answered and closed. */
function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(open.port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', reject).on('close', () => resolve(answer));
  });
}

test('every request is recorded once, by route and final status, whoever answered it', async () => {
  expect((await open.get('/v1/things/1')).status).toBe(200);
  expect((await open.get('/v1/things/2?secret=3')).status).toBe(200);
  expect((await open.get('/v1/things', { method: 'POST' })).status).toBe(422);
  expect((await open.get('/v1/broken')).status).toBe(500);
  expect((await open.get('/v1/private')).status).toBe(401);
  expect((await open.get('/v1/nothing')).status).toBe(404);
  expect((await open.get('/v1/things/1', { method: 'DELETE' })).status).toBe(405);
  expect((await open.get('/health', { method: 'HEAD' })).status).toBe(200);
  expect((await open.get('/metrics')).status).toBe(200);
  await until(async () => Object.keys(await recorded()).length >= 8);
  expect(await recorded()).toEqual({
    'GET /v1/things/:id 200': 2,
    'POST /v1/things 422': 1,
    'GET /v1/broken 500': 1,
    'GET /v1/private 401': 1,
    'GET unmatched 404': 1,
    'DELETE unmatched 405': 1,
    'HEAD /health 200': 1,
    'GET /metrics 200': 1,
  });
});

test('the time is that from the headers to the end of the answer', async () => {
  await open.get('/v1/slow');
  await until(async () => 'GET /v1/slow 200' in (await recorded()));
  const seconds = (await recorded('sum'))['GET /v1/slow 200'];
  expect(seconds).toBeGreaterThan(0.29);
  expect(seconds).toBeLessThan(1);
});

test('a request whose client is gone before the answer is recorded as aborted', async () => {
  await expect(open.get('/v1/slow', { signal: AbortSignal.timeout(100) })).rejects.toThrow();
  await until(async () => Object.keys(await recorded()).length > 0);
  await delay(400);
  expect(await recorded()).toEqual({ 'GET /v1/slow aborted': 1 });
});

test('whatever is sent, there are no more series than routes, methods and statuses', async () => {
  const close = 'Host: x\r\nConnection: close\r\n\r\n';
  const requests = [
    ...Array.from({ length: 40 }, (_, i) => `GET /v1/things/${'x'.repeat(i)}%20${i} HTTP/1.1\r\n${close}`),
    ...Array.from({ length: 40 }, (_, i) => `GET /${'y/'.repeat(i)}.env HTTP/1.1\r\n${close}`),
    ...['PROPFIND', 'REPORT', 'TRACE', 'QUERY', 'M-SEARCH', 'OPTIONS', 'PATCH', 'BREW'].map(
      (method) => `${method} /v1/things/1 HTTP/1.1\r\n${close}`,
    ),
    `GET /%zz HTTP/1.1\r\n${close}`,
    `GET /v1/things/${'z'.repeat(500)} HTTP/1.1\r\n${close}`,
    `GET http://elsewhere/v1/things/1 HTTP/1.1\r\n${close}`,
    `GET /v1/things/1"}\\n{route="x HTTP/1.1\r\n${close}`,
    `GET * HTTP/1.1\r\n${close}`,
    `GET //v1//things HTTP/1.1\r\n${close}`,
    `GET /V1/THINGS/1 HTTP/1.1\r\n${close}`,
    'nonsense\r\n\r\n',
  ];
  for (const request of requests) expect(await sendRaw(request)).toMatch(/^HTTP\/1\.1 [245]/);
  const series = Object.keys(await recorded());
  const allowed = /^(GET|OPTIONS|PATCH|other) (unmatched|\/v1\/things\/:id) (200|400|404|405|414)$/;
  expect(series.filter((labels) => !allowed.test(labels))).toEqual([]);
  expect(series).toEqual(expect.arrayContaining(['GET /v1/things/:id 200', 'GET unmatched 404']));
  expect(series.length).toBeLessThan(10);
});

test('how large answers are is recorded by route', async () => {
  const thing = 'route="/v1/things/:id"';
  await open.get('/v1/things/1');
  await open.get('/v1/things/1', { method: 'HEAD' });
  await open.get('/v1/stream');
  await open.get('/v1/things', { method: 'POST', body: 'x'.repeat(1234) });
  await until(
    async () => (await readMetrics(open.port)).value('http_response_body_bytes_count{route="/v1/things"}') > 0,
  );
  const metrics = await readMetrics(open.port);
  expect(metrics.value(`http_request_body_bytes_count{${thing}}`)).toBeNaN();
  const perAnswer =
    metrics.value(`http_response_body_bytes_sum{${thing}}`) / metrics.value(`http_response_body_bytes_count{${thing}}`);
  expect(perAnswer).toBeGreaterThan(5);
  expect(perAnswer).toBeLessThan(600);
  const streamed = metrics.value('http_response_body_bytes_sum{route="/v1/stream"}');
  expect(streamed).toBeGreaterThanOrEqual(50_000);
  expect(streamed).toBeLessThan(51_000);
});

test('statements are counted and timed of sampled requests alone', async () => {
  const count = 'http_request_statements_count{route="/v1/queries"}';
  await open.get('/v1/queries');
  expect((await readMetrics(open.port)).value(count)).toBeNaN();
  open.app.get(StatementSampler, { strict: false }).sample(60_000);
  await open.get('/v1/queries');
  await until(async () => (await readMetrics(open.port)).value(count) === 1);
  open.app.get(StatementSampler, { strict: false }).stop();
  const metrics = await readMetrics(open.port);
  // Each transaction is begun, asked and committed.
  expect(metrics.value('http_request_statements_sum{route="/v1/queries"}')).toBe(9);
  expect(metrics.value('http_request_statement_seconds_sum{route="/v1/queries"}')).toBeGreaterThan(0.06);
  expect(metrics.value('http_request_statement_seconds_sum{route="/v1/queries"}')).toBeLessThan(1);
});

test('what the process took is told for each request that was no probe', async () => {
  await open.get('/v1/things/1');
  const metrics = await readMetrics(open.port);
  expect(metrics.value('request_cpu_seconds')).toBeGreaterThan(0);
  expect(metrics.value('request_cpu_seconds')).toBeLessThan(10);
  expect(metrics.value('request_memory_bytes')).toBeGreaterThanOrEqual(0);
});
