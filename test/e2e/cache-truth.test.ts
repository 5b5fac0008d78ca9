import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Phone } from '../support/phone';
import { type Service, startService } from '../support/service';

const dayMs = 86_400_000;
const todayMs = Math.floor(Date.now() / dayMs) * dayMs;

let services: readonly [Service, Service];
let fresh = 0;

beforeAll(async () => {
  const first = await startService();
  services = [first, await startService({}, { beside: first })];
});

afterAll(async () => {
  await services?.[1].stop();
  await services?.[0].stop();
});

const date = (daysAgo: number): string => new Date(todayMs - daysAgo * dayMs).toISOString().slice(0, 10);

/** Days ago on which something is sent and asked for: the running days, and those that count as history. */
const daysAgo = fc.constantFrom(0, 1, 2, 3, 4, 10, 40);

const send = fc.record({ what: fc.constant('send' as const), at: daysAgo, qty: fc.integer({ min: 1, max: 9 }) });
const prefer = fc.record({ what: fc.constant('prefer' as const), source: fc.constantFrom('Watch', 'iPhone') });
const ask = fc.record({
  what: fc.constant('ask' as const),
  at: daysAgo,
  kind: fc.constantFrom('recent', 'summary', 'series', 'buckets', 'metrics', 'sleep'),
});
const steps = fc.array(fc.record({ step: fc.oneof(send, ask, ask, prefer), replica: fc.constantFrom(0, 1) }), {
  minLength: 10,
  maxLength: 40,
});

function pathOf(kind: string, at: number): string {
  const range = `from=${date(at + 7)}&to=${date(at - 1)}`;
  if (kind === 'summary') return `/v1/summary?date=${date(at)}`;
  if (kind === 'series') return `/v1/series?metrics=step_count&${range}`;
  if (kind === 'buckets') return `/v1/metrics/step_count?bucket=day&${range}`;
  if (kind === 'sleep') return `/v1/sleep/days?${range}`;
  return `/v1/${kind}`;
}

/** Steps of two devices, a workout now and then, and a night. */
function bodyOf(at: number, qty: number): object {
  const day = date(at);
  const source = qty % 2 === 0 ? 'Watch' : 'iPhone';
  const metrics: object[] = [
    { name: 'step_count', units: 'count', data: [{ date: `${day} 0${qty}:00:00 +0000`, qty, source }] },
  ];
  if (qty > 6) {
    const times = { sleepStart: `${date(at + 1)} 22:00:00 +0000`, sleepEnd: `${day} 06:00:00 +0000` };
    const night = { date: `${day} 00:00:00 +0000`, ...times, inBedStart: times.sleepStart, inBedEnd: times.sleepEnd };
    metrics.push({ name: 'sleep_analysis', units: 'hr', data: [{ ...night, asleep: qty, source }] });
  }
  return { data: { metrics } };
}

test('whatever is kept, an answer of either replica is what would be made now', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const phone = await services[0].newPhone();
      const phones: readonly Phone[] = services.map(({ port }) => phone.at(port));
      for (const { step, replica } of sequence) {
        const asked = phones[replica] as Phone;
        if (step.what === 'send') expect((await asked.post(bodyOf(step.at, step.qty))).status).toBe(200);
        else if (step.what === 'prefer') await asked.put('/v1/sources', { priority: [step.source] });
        else {
          const path = pathOf(step.kind, step.at);
          const kept = await asked.get(path);
          // Another spelling of the same question, which nobody has asked yet.
          const spelling = `${path.includes('?') ? '' : '?'}${'&'.repeat(1 + (fresh++ % 2000))}`;
          const made = await (phones[1 - replica] as Phone).get(path + spelling);
          expect([kept.status, kept.json]).toEqual([made.status, made.json]);
        }
      }
    }),
    { numRuns: 15 },
  );
});

test('a dashboard that was looked at is warm again after the next sync, on the other replica too', async () => {
  const phone = await services[0].newPhone();
  const other = phone.at(services[1].port);
  await phone.post(bodyOf(0, 2));
  for (const path of ['/v1/recent', '/v1/summary', '/v1/series?metrics=step_count']) await phone.get(path);
  await delay(50);
  await phone.post(bodyOf(0, 4));
  await delay(500);
  const before = await misses();
  for (const path of ['/v1/recent', '/v1/summary', '/v1/series?metrics=step_count']) await other.get(path);
  expect(await misses()).toBe(before);
});

/** Both replicas count in one process here. */
async function misses(): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${services[0].port}/metrics`)).text();
  const found = text.matchAll(/^health_export_cache_misses_total\{[^}]*\} (\d+)$/gm);
  return [...found].reduce((sum, [, count]) => sum + Number(count), 0);
}
