import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { metric, metricsBody, secondOf } from '../support/health-export';
import { minutesOfHeartRate } from '../support/minutes-of-heart-rate';
import { OtlpReceiver } from '../support/otlp-receiver';
import type { Phone } from '../support/phone';
import { readMetrics } from '../support/read-metrics';
import { type Service, startService } from '../support/service';
import { ServiceProcess } from '../support/service-process';
import { until } from '../support/until';

/** What a person sends, any of which somewhere else than in the database would be a leak. */
const quantity = '61.2345678';
const sourceName = 'Canary Watch of Anna';
const automation = 'Canary Automation';
const canaries = [quantity, '61.23', 'Canary', 'canary'];

let receiver: OtlpReceiver;
/** Only makes the user and the key, which the process under test then finds in the database. */
let maker: Service;
let phone: Phone;
let underTest: ServiceProcess;
let port: number;

beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  maker = await startService({ ROLE: 'api' });
  const made = await maker.newPhone();
  underTest = new ServiceProcess({
    DATABASE_URL: maker.place.database.url,
    REDIS_URL: `${inject('redisUrl')}/15`,
    DATA_DIR: maker.place.dataDir,
    PORT: '0',
    LOG_LEVEL: 'trace',
    INLINE_BODY_BYTES: '10000',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  });
  port = Number(new URL(await underTest.waitUntilListening()).port);
  phone = made.at(port);
});

afterAll(async () => {
  await underTest?.end('SIGTERM');
  await maker?.stop();
  await receiver?.close();
});

test('no key, value or name of a person’s is in a log, a trace or a metric', async () => {
  const headers = {
    'automation-name': automation,
    'automation-id': 'canary-id',
    'session-id': 'canary-session',
    'user-agent': 'canary agent',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    tracestate: 'vendor=canary',
  };
  const good = { date: secondOf(1), qty: Number(quantity), source: sourceName };
  const body = metricsBody(
    metric('step_count', 'count', [good, { ...good, date: 'canary day' }, { ...good, qty: 'canary' }]),
    metric('heart_rate', 'count/min', [
      { date: secondOf(1), Avg: 61.2345678, Min: 61.2345678, Max: 62, source: sourceName },
    ]),
  );
  expect((await phone.post(body, headers)).json).toMatchObject({ received: 4, stored: 2, rejected: 2 });
  // What is malformed, not allowed, not there, and what is read by the value of a parameter.
  expect((await phone.post(`{"data": {"metrics": [{"name": "canary ${quantity}"`, headers)).status).toBe(400);
  expect((await phone.get('/v1/summary?from=canary')).status).toBe(400);
  expect((await phone.get(`/v1/recent?key=${phone.key}`)).status).toBeLessThan(500);
  const stolen = `${phone.key.slice(0, -1)}!canary`;
  const refused = await fetch(`http://127.0.0.1:${port}/v1/recent`, { headers: { authorization: `Bearer ${stolen}` } });
  expect(refused.status).toBe(401);
  // What is written after its reply, by the worker.
  const large = minutesOfHeartRate(300)
    .replaceAll('"Watch"', `"${sourceName}"`)
    .replaceAll('"Min":50', '"Min":50.2345678');
  const { json } = await phone.post(large, headers);
  await until(async () => (await phone.get<{ status: string }>(json.statusUrl)).json.status === 'stored');

  const metrics = (await readMetrics(port)).text;
  expect(await underTest.end('SIGTERM')).toBe(0);
  const log = underTest.output;
  const traces = receiver.bodies.join('\n');
  // There is something that they could be in.
  expect(log.match(/"POST \/v1\/ingest 200"/g)).toHaveLength(1);
  for (const part of ['POST /v1/ingest', 'GET /v1/recent', '"work"', '"parse"']) expect(traces).toContain(part);
  const everything = { log, traces, metrics };
  for (const [where, text] of Object.entries(everything)) {
    for (const canary of [...canaries, '50.2345678', phone.key, phone.key.slice(-20), phone.userId]) {
      if (text.includes(canary)) expect(`${where} has ${canary}: ${around(text, canary)}`).toBe('nowhere');
    }
  }
  // Each line of the log that belongs to a request says to which.
  const lines = log.split('\n').filter((line) => line.includes('"req":'));
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ reqId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
});

function around(text: string, part: string): string {
  const at = text.indexOf(part);
  return text.slice(Math.max(0, at - 100), at + 100);
}
