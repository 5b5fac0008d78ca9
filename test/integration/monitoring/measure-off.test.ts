import { afterAll, beforeAll, expect, test } from 'vitest';
import { oneMetric, secondOf } from '../../support/health-export';
import { readMetrics } from '../../support/read-metrics';
import { type Service, startService } from '../../support/service';

let service: Service;

// Alone in this file: what counts nothing any more does so for the whole process.
beforeAll(async () => {
  service = await startService({ MEASURE: 'off' });
});

afterAll(() => service?.stop());

test('with MEASURE=off nothing is counted or timed, and everything else goes on', async () => {
  const phone = await service.newPhone();
  const steps = oneMetric('step_count', 'count', { date: secondOf(1), qty: 1 });
  expect((await phone.post(steps)).json).toMatchObject({ stored: 1 });
  expect((await phone.get('/v1/recent')).status).toBe(200);
  const { series, text } = await readMetrics(service.port);
  const counts = series.filter((name) => /_(count|bucket|total|sum)(\{|$)/.test(name));
  const countOf = (name: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')
        .at(-1),
    );
  expect(counts.filter((name) => countOf(name) !== 0)).toEqual([]);
  expect(series.filter((name) => /nodejs_|process_|http_request_duration/.test(name))).toEqual([]);
});
