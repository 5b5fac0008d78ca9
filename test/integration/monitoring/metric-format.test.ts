import { afterAll, beforeAll, expect, test } from 'vitest';
import { oneMetric, secondOf } from '../../support/health-export';
import { findPrometheus, findPrometheusTimeoutMs, runPromtool } from '../../support/prometheus-program';
import { type Service, startService } from '../../support/service';

let service: Service;

beforeAll(async () => {
  await findPrometheus();
  service = await startService();
}, findPrometheusTimeoutMs);

afterAll(() => service?.stop());

test('promtool finds nothing to say about the metrics of the whole service', async () => {
  const phone = await service.newPhone();
  expect((await phone.post(oneMetric('step_count', 'count', { date: secondOf(1), qty: 1 }, {}))).status).toBe(200);
  const answer = await fetch(`http://127.0.0.1:${service.port}/metrics`);
  expect(answer.status).toBe(200);
  expect(await runPromtool(['check', 'metrics'], await answer.text())).toEqual({ code: 0, output: '' });
});
