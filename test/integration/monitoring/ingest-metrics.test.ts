import { afterAll, beforeAll, expect, test } from 'vitest';
import { metric, metricsBody, oneArray, secondOf } from '../../support/health-export';
import { minutesOfHeartRate } from '../../support/minutes-of-heart-rate';
import type { Phone } from '../../support/phone';
import { type Metrics, readMetrics } from '../../support/read-metrics';
import { type Service, startService } from '../../support/service';
import { until } from '../../support/until';

let service: Service;
let phone: Phone;

beforeAll(async () => {
  service = await startService({ INLINE_BODY_BYTES: '400000' });
  phone = await service.newPhone();
});

afterAll(() => service?.stop());

/** A series as it is, 0 before it has a value. */
function count(metrics: Metrics, series: string): number {
  return metrics.value(series) || 0;
}

/** How much series grew by what `work` does, once `isDone`. */
async function growth(
  series: readonly string[],
  work: () => Promise<unknown>,
  isDone: (metrics: Metrics) => boolean = () => true,
): Promise<number[]> {
  const before = await readMetrics(service.port);
  await work();
  let after = await readMetrics(service.port);
  await until(async () => {
    after = await readMetrics(service.port);
    return isDone(after);
  });
  return series.map((name) => count(after, name) - count(before, name));
}

test('samples that are kept out are counted by why, and nothing is unaccounted for', async () => {
  const good = { date: secondOf(1), qty: 1 };
  const steps = metric('step_count', 'count', [
    good,
    { date: secondOf(2) },
    { date: 'soon', qty: 1 },
    good,
    'no sample',
  ]);
  const body = metricsBody(steps);
  Object.assign(body.data, oneArray('somethingNew', {}, {}).data);
  const reasons = ['value_missing', 'date_unreadable', 'not_an_object', 'unknown_kind', 'unknown_shape'];
  const grown = await growth(
    [
      'ingest_samples_received_total',
      'ingest_samples_accounted_total{outcome="rejected"}',
      ...reasons.map((reason) => `ingest_samples_rejected_total{reason="${reason}"}`),
    ],
    async () => expect((await phone.post(body)).json).toMatchObject({ received: 7, rejected: 5 }),
  );
  expect(grown.slice(0, 2)).toEqual([7, 5]);
  expect(grown.slice(2).reduce((sum, samples) => sum + samples, 0)).toBe(5);
  expect(grown[5]).toBe(2);
  expect((await readMetrics(service.port)).value('ingest_samples_unaccounted')).toBe(0);
});

test('an ingest is fresh when it is answered; only large ones say something of 10,000 samples', async () => {
  const series = ['ingest_freshness_seconds_count', 'ingest_batch_10k_seconds_count'];
  const steps = metric('step_count', 'count', [{ date: secondOf(3), qty: 3 }]);
  expect(await growth(series, () => phone.post(metricsBody(steps)))).toEqual([1, 0]);
  expect(await growth(series, () => phone.post(minutesOfHeartRate(2000)))).toEqual([1, 1]);
  // The body and the answer of both are measured by their route.
  const metrics = await readMetrics(service.port);
  expect(metrics.value('http_request_body_bytes_bucket{le="1000",route="/v1/ingest"}')).toBeGreaterThan(0);
  expect(metrics.value('http_request_body_bytes_bucket{le="1000000",route="/v1/ingest"}')).toBeGreaterThan(
    metrics.value('http_request_body_bytes_bucket{le="100000",route="/v1/ingest"}'),
  );
});

test('what is written after its reply is fresh when all of it can be read, the time of its arrival included', async () => {
  const count = 'ingest_freshness_seconds_count';
  const before = (await readMetrics(service.port)).value(count);
  const [counted, batches, seconds, jobs] = await growth(
    [
      count,
      'ingest_batch_10k_seconds_count',
      'ingest_freshness_seconds_sum',
      'queue_job_seconds_count{queue="ingestion-work"}',
    ],
    async () => expect((await phone.post(minutesOfHeartRate(8000))).status).toBe(202),
    (metrics) => metrics.value(count) > before && metrics.value('queue_job_seconds_count{queue="ingestion-work"}') > 0,
  );
  expect([counted, batches, jobs]).toEqual([1, 1, 1]);
  expect(seconds).toBeGreaterThan(0.01);
});
