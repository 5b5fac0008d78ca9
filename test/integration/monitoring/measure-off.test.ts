import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { oneMetric, secondOf } from '../../support/health-export';
import { readMetrics } from '../../support/read-metrics';
import { Replica } from '../../support/replica';
import { type Service, startService } from '../../support/service';

/** For its users: what counts nothing does so for the whole process, so that is one of its own. */
let service: Service;
let replica: Replica;

beforeAll(async () => {
  service = await startService();
  const { url: databaseUrl } = service.place.database;
  replica = await Replica.create({ databaseUrl, redisUrl: inject('redisUrl'), env: { MEASURE: 'off' } });
  await replica.start();
});

afterAll(async () => {
  await replica?.remove();
  await service?.stop();
});

test('with MEASURE=off nothing is counted or timed, and everything else goes on', async () => {
  const phone = (await service.newPhone()).at(replica.port);
  const steps = oneMetric('step_count', 'count', { date: secondOf(1), qty: 1 });
  expect((await phone.post(steps)).json).toMatchObject({ stored: 1 });
  expect((await phone.get('/v1/recent')).status).toBe(200);
  const { series, text } = await readMetrics(replica.port);
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
