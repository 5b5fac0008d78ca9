import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { oneMetric, secondOf } from '../../support/health-export';
import { minutesOfHeartRate } from '../../support/minutes-of-heart-rate';
import { OtlpReceiver, type ReceivedSpan } from '../../support/otlp-receiver';
import { type Service, startService } from '../../support/service';
import { until } from '../../support/until';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const clientSpanId = '00f067aa0ba902b7';
/** As a client sends it that is traced itself (W3C Trace Context, the example of the standard). */
const traceparent = `00-${traceId}-${clientSpanId}-01`;

let receiver: OtlpReceiver;
let service: Service | null = null;

beforeEach(async () => {
  receiver = await OtlpReceiver.start();
});

afterEach(async () => {
  await service?.stop();
  service = null;
  await receiver.close();
});

afterAll(() => service?.stop());

function loadedPackages(): string[] {
  const { cache } = createRequire(__filename);
  // The interfaces come with prom-client.
  return Object.keys(cache).filter((file) => /@opentelemetry\/(?!api\/)/.test(file));
}

/** Stops the service, which delivers what there is. */
async function spansAtTheEnd(): Promise<readonly ReceivedSpan[]> {
  await service?.stop();
  service = null;
  return receiver.spans;
}

/** The steps of a trace as a tree of names. */
function tree(spans: readonly ReceivedSpan[], parentId: string): unknown[] {
  return spans
    .filter(({ parentSpanId }) => (parentSpanId ?? '') === parentId)
    .map(({ name, spanId }) => {
      const inner = tree(spans, spanId);
      return inner.length === 0 ? name : { [name]: inner };
    });
}

function attributesOf({ attributes }: ReceivedSpan): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

function named(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const span = spans.find((candidate) => candidate.name === name);
  if (span === undefined) throw new Error(`there is no ${name} among ${spans.map((each) => each.name)}`);
  return span;
}

// ORDER: first, because what is loaded once stays loaded.
test('by default nothing is sent, and the packages are not even loaded', async () => {
  service = await startService();
  const phone = await service.newPhone();
  expect(
    (await phone.post(oneMetric('step_count', 'count', { date: secondOf(1), qty: 1 }), { traceparent })).status,
  ).toBe(200);
  expect(loadedPackages()).toEqual([]);
  expect(await spansAtTheEnd()).toEqual([]);
});

test('an ingest is traced from its headers to the cache, as a part of its client’s trace', async () => {
  service = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/` });
  expect(loadedPackages().length).toBeGreaterThan(0);
  const phone = await service.newPhone();
  const { headers } = await phone.post(oneMetric('step_count', 'count', { date: secondOf(1), qty: 1 }), {
    traceparent,
  });
  const spans = (await spansAtTheEnd()).filter((span) => span.traceId === traceId);
  expect(tree(spans, clientSpanId)).toEqual([
    { 'POST /v1/ingest': expect.arrayContaining(['parse', { write: ['cache'] }]) },
  ]);
  expect(spans).toHaveLength(4);
  const request = named(spans, 'POST /v1/ingest');
  expect(request.kind).toBe(2);
  expect(attributesOf(request)).toEqual({
    'http.request.method': 'POST',
    'http.route': '/v1/ingest',
    'http.response.status_code': 200,
    'health_export.request_id': headers['x-request-id'],
  });
  expect(attributesOf(named(spans, 'write'))).toEqual({ rows: 1 });
});

test('requests at the same time do not mix, and one that is refused is traced by its template', async () => {
  service = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  const phones = await service.newPhones(8);
  const ids = phones.map((_, i) => traceId.slice(0, -2) + String(10 + i));
  await Promise.all(
    phones.map((phone, i) =>
      phone.post(oneMetric('step_count', 'count', { date: secondOf(i), qty: 1 }), {
        traceparent: `00-${ids[i]}-${clientSpanId}-01`,
      }),
    ),
  );
  await phones[0]?.get('/v1/nothing/like/this?key=secret');
  const spans = await spansAtTheEnd();
  for (const id of ids) {
    const own = spans.filter((span) => span.traceId === id);
    expect(tree(own, clientSpanId)).toEqual([
      { 'POST /v1/ingest': expect.arrayContaining(['parse', { write: ['cache'] }]) },
    ]);
  }
  expect(attributesOf(named(spans, 'GET unmatched'))).toMatchObject({ 'http.response.status_code': 404 });
});

test('what is read passes the cache, and work that was left for later has a trace of its own', async () => {
  service = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, INLINE_BODY_BYTES: '1000' });
  const phone = await service.newPhone();
  const { json } = await phone.post(minutesOfHeartRate(200));
  await until(async () => (await phone.get<{ status: string }>(json.statusUrl)).json.status === 'stored');
  const path = '/v1/recent';
  for (let i = 0; i < 2; i++) expect((await phone.get(path)).status).toBe(200);
  const spans = await spansAtTheEnd();
  const work = named(spans, 'work');
  const ofWork = spans.filter((span) => span.traceId === work.traceId);
  expect(tree(ofWork, '')).toEqual([{ work: ['parse', { write: ['cache'] }] }]);
  expect(attributesOf(work)).toEqual({ kind: 'derive', attempts: 1 });
  const reads = spans.filter(({ name }) => name.startsWith('GET /v1/recent')).map(({ spanId }) => tree(spans, spanId));
  // The process remembers nothing, Redis knows nothing; then the process remembers.
  expect(reads).toEqual([['cache', { cache: ['read'] }], ['cache']]);
});

test('a step that fails says by what kind of error, and nothing of its message', async () => {
  service = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  const phone = await service.newPhone();
  expect((await phone.post('{"data": {"metrics": [ {"canary"')).status).toBe(400);
  const spans = await spansAtTheEnd();
  const parse = named(spans, 'parse');
  expect(parse.status).toEqual({ code: 2 });
  expect(attributesOf(parse)).toMatchObject({ 'error.type': 'ParseFault' });
  expect(parse.events ?? []).toEqual([]);
  expect(named(spans, 'POST /v1/ingest').status.code).not.toBe(2);
});

test('a collector that is gone holds up neither requests nor the end', async () => {
  const { url } = receiver;
  await receiver.close();
  service = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
  const phone = await service.newPhone();
  expect((await phone.post(oneMetric('step_count', 'count', { date: secondOf(1), qty: 1 }))).status).toBe(200);
  await service.stop();
  service = null;
  receiver = await OtlpReceiver.start();
});
