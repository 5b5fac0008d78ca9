import { afterAll, beforeAll, expect, test } from 'vitest';
import { metric, metricsBody, secondOf } from '../support/health-export';
import { type Service, startService } from '../support/service';

let service: Service;
beforeAll(async () => {
  // One transaction at a time, so that what waits is written in one with what others sent.
  service = await startService({ WRITE_CONCURRENCY: '1', GROUP_MAX_INGESTIONS: '16' });
});
afterAll(() => service.stop());

/** The bound on the metrics of one user that are not in the catalogue. */
const maxOwnMetrics = 1000;

const bodyOf = (prefix: string, count: number): unknown =>
  metricsBody(
    ...Array.from({ length: count }, (_, n) => metric(`${prefix}_${n}`, 'x', [{ date: secondOf(n), qty: n }])),
  );

async function countOwnMetrics(userId: string): Promise<number | undefined> {
  const [row] = await service.sql<{ count: number }>(
    'SELECT count(*)::int AS count FROM user_metrics WHERE user_id = $1',
    [userId],
  );
  return row?.count;
}

test('many requests at once, each with as many new metrics as one user may have', { timeout: 60_000 }, async () => {
  const phone = await service.newPhone();
  const bodies = Array.from({ length: 12 }, (_, n) => bodyOf(`m${n}`, maxOwnMetrics));
  const others = await service.newPhones(12);
  const othersAnswers = Promise.all(others.map((other) => other.post(bodyOf('own', 3))));
  const answers = await Promise.all(bodies.map((body) => phone.post(body)));
  for (const { status, json } of await othersAnswers) {
    expect({ status, stored: json.stored }).toEqual({ status: 200, stored: 3 });
  }
  expect(await countOwnMetrics(phone.userId)).toBe(maxOwnMetrics);
  for (const { status, json } of answers) {
    if (status === 200) expect(json.received).toBe(json.stored + json.rejected);
    else expect({ status, code: json.code }).toEqual({ status: 409, code: 'too_many_metrics' });
  }
  expect(answers.filter(({ json }) => json.stored === maxOwnMetrics)).toHaveLength(1);

  // Sent again, what was refused is told apart sample by sample.
  for (const body of bodies) {
    const { status, json } = await phone.post(body);
    expect({ status, kept: json.unchanged + json.rejected }).toEqual({ status: 200, kept: maxOwnMetrics });
  }
  expect(await countOwnMetrics(phone.userId)).toBe(maxOwnMetrics);
});

test('several requests at once with the same new metrics get all of them', async () => {
  const phone = await service.newPhone();
  const answers = await Promise.all(Array.from({ length: 5 }, () => phone.post(bodyOf('same', maxOwnMetrics))));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(answers.reduce((sum, { json }) => sum + json.stored, 0)).toBe(maxOwnMetrics);
});
