import { afterAll, beforeAll, expect, test } from 'vitest';
import { StatementSampler } from '../../../src/monitoring/statement-sampler';
import { adviceKinds } from '../../../src/optimizer/advice';
import { exportOfEverything } from '../../support/export-of-everything';
import { metric, metricsBody } from '../../support/health-export';
import type { Phone } from '../../support/phone';
import { sendRequest } from '../../support/send-request';
import { type OpenOptimizer, openOptimizer } from './open-optimizer';

let optimizer: OpenOptimizer;
const minuteMs = 60_000;

beforeAll(async () => {
  optimizer = await openOptimizer();
});

afterAll(() => optimizer.close());

/** Samples of the last `count` minutes. */
function minutes(count: number, value: number): unknown {
  const lastMs = Math.floor(Date.now() / minuteMs) * minuteMs;
  const samples = Array.from({ length: count }, (_, i) => ({
    date: `${new Date(lastMs - i * minuteMs).toISOString().slice(0, 19).replace('T', ' ')} +0000`,
    Min: value,
    Avg: value,
    Max: value,
    source: 'Watch',
  }));
  return metricsBody(
    metric('heart_rate', 'count/min', samples),
    metric('step_count', 'count', [{ date: '2026-01-01 10:00:00 +0000', qty: value, source: 'Watch' }]),
  );
}

async function send(phone: Phone, body: unknown): Promise<void> {
  const { status, json } = await phone.post(body);
  if (status !== 200) throw new Error(`answered ${status}: ${JSON.stringify(json)}`);
}

async function read(phone: Phone): Promise<void> {
  for (const path of [
    '/v1/metrics',
    '/v1/metrics/heart_rate?limit=1000',
    '/v1/sleep',
    '/v1/workouts',
    '/v1/ingestions',
  ]) {
    const { status } = await phone.get(path);
    if (status !== 200) throw new Error(`${path} was answered ${status}`);
  }
}

test('a service that has taken in and given back a lot gives no advice', { timeout: 120_000 }, async () => {
  optimizer.service.app.get(StatementSampler, { strict: false }).sample(120_000);
  const phones = await optimizer.service.newPhones(6);
  for (const phone of phones) {
    await send(phone, minutes(10_000, 60));
    await send(phone, exportOfEverything());
    // The same once more, and the last hour corrected.
    await send(phone, minutes(10_000, 60));
    await send(phone, minutes(60, 61));
  }
  for (let round = 0; round < 20; round++) await Promise.all(phones.map(read));
  await optimizer.run('SELECT 1');
  const { advice, topStatements } = await optimizer.report();
  expect(advice).toEqual([]);
  expect(topStatements.length).toBeGreaterThan(5);
  // Nothing of what was sent or of whom it is.
  expect(JSON.stringify(topStatements)).not.toMatch(/'[0-9a-f]{8}-|Watch/);
  const samples = await optimizer.service.sql<{ count: number }>(
    'SELECT count(*)::float8 AS count FROM heart_rate_metrics',
  );
  expect(samples[0]?.count).toBeGreaterThanOrEqual(60_000);
});

test('open advice is told to Prometheus, each kind once, with what it is when there is some', async () => {
  const readMetric = async (): Promise<Map<string, number>> => {
    const { bytes } = await sendRequest({ port: optimizer.service.port, method: 'GET', path: '/metrics' });
    const lines = bytes.toString('utf8').matchAll(/^health_export_advice_open\{kind="(\w+)"\} (\d+)$/gm);
    return new Map([...lines].map(([, kind = '', count]) => [kind, Number(count)]));
  };
  await optimizer.report();
  const before = await readMetric();
  expect([...before.keys()].sort()).toEqual([...adviceKinds].sort());
  expect(new Set(before.values())).toEqual(new Set([0]));
  await optimizer.run('CREATE INDEX again ON workouts (user_id, started_at)');
  await optimizer.report();
  expect((await readMetric()).get('duplicate_index')).toBe(1);
});

test('only an administrator is told', async () => {
  const phone = await optimizer.service.newPhone({ scopes: ['read', 'ingest:write', 'export'] });
  const { status, json } = await phone.get<{ code: string }>('/v1/advice');
  expect([status, json.code]).toEqual([403, 'scope_missing']);
});
