import { afterAll, beforeAll, expect, test } from 'vitest';
import { oneMetric, secondOf } from '../support/health-export';
import type { Answer, Phone } from '../support/phone';
import { type Service, startService } from '../support/service';

const users = 40;
const windows = 12;
const windowSamples = 30;
const step = 10;

let service: Service;
let beside: Service;
beforeAll(async () => {
  // Few transactions and small groups, so that most payloads share one with others.
  service = await startService({ WRITE_CONCURRENCY: '2', GROUP_MAX_INGESTIONS: '16' });
  beside = await startService({ WRITE_CONCURRENCY: '2', GROUP_MAX_INGESTIONS: '16' }, { beside: service });
});
afterAll(async () => {
  await beside.stop();
  await service.stop();
});

/** A window of heart rates and steps whose values depend on the second alone. */
function windowBody(window: number): unknown {
  const seconds = Array.from({ length: windowSamples }, (_, i) => window * step + i + 1);
  const rates = oneMetric('heart_rate', 'count/min', ...seconds.map((n) => ({ date: secondOf(n), qty: 60 + (n % 7) })));
  const steps = oneMetric('step_count', 'count', ...seconds.map((n) => ({ date: secondOf(n), qty: n })));
  return { data: { metrics: [...rates.data.metrics, ...steps.data.metrics] } };
}

test('overlapping windows of many users through two processes: no deadlock, no refusal, and every account is exact', async () => {
  const phones = await service.newPhones(users);
  const answers = await Promise.all(
    phones.map((phone) => {
      const at = (window: number): Phone => (window % 2 === 0 ? phone : phone.at(beside.port));
      return Promise.all(
        Array.from({ length: windows }, (_, window): Promise<Answer> => at(window).post(windowBody(window))),
      );
    }),
  );
  const distinct = 2 * ((windows - 1) * step + windowSamples);
  for (const ofUser of answers) {
    expect(ofUser.map(({ status }) => status)).toEqual(ofUser.map(() => 200));
    const sum = (pick: (answer: Answer) => number): number => ofUser.reduce((total, answer) => total + pick(answer), 0);
    expect(sum(({ json }) => json.stored)).toBe(distinct);
    expect(sum(({ json }) => json.updated)).toBe(0);
    expect(sum(({ json }) => json.unchanged)).toBe(windows * 2 * windowSamples - distinct);
  }
  const [rows] = await service.sql<{ rates: number; steps: number; raw: number; versions: number }>(`
    SELECT (SELECT count(*)::int FROM heart_rate_metrics) AS rates, (SELECT count(*)::int FROM quantity_metrics) AS steps,
           (SELECT count(*)::int FROM raw_ingestions) AS raw, (SELECT sum(data_version)::int FROM users) AS versions`);
  expect(rows).toMatchObject({ rates: (users * distinct) / 2, steps: (users * distinct) / 2, raw: users * windows });
});

test('a payload that cannot be written fails alone; those that share its transaction are stored', async () => {
  const phones = await service.newPhones(12);
  const [bad] = phones;
  // Only the database knows that this user cannot be written for.
  await service.sql(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF NEW.user_id = '${bad?.userId}' THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$`,
  );
  await service.sql('CREATE TRIGGER refuse BEFORE INSERT ON raw_ingestions FOR EACH ROW EXECUTE FUNCTION refuse()');
  try {
    const answers = await Promise.all(phones.map((phone) => phone.post(windowBody(0))));
    expect(answers.map(({ status }) => status)).toEqual(phones.map((phone) => (phone === bad ? 500 : 200)));
    expect(answers.slice(1).map(({ json }) => json.stored)).toEqual(phones.slice(1).map(() => 2 * windowSamples));
    const [left] = await service.sql<{ rows: number }>(
      `SELECT count(*)::int AS rows FROM heart_rate_metrics WHERE user_id = '${bad?.userId}'`,
    );
    expect(left).toEqual({ rows: 0 });
  } finally {
    await service.sql('DROP TRIGGER refuse ON raw_ingestions');
  }
});
